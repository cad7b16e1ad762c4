import { Refused } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { Survey } from "../plan/survey.ts";
import { writeWhole } from "../saved/write-whole.ts";
import type { ChangeSettings, PlanOnly } from "./change-settings.ts";
import type { Output } from "./output.ts";
import { planDocument, sealed } from "./plan-document.ts";
import { programName } from "./program-name.ts";
import { wishOf } from "./wish-of.ts";

/**
 * Writes a plan to the file that `--out` names, whole or not at all, and readable for its owner only.
 *
 * @throws FileFailed, or Refused where a password of this run would be part of a step.
 */
export async function savePlan(
  plan: Plan,
  {
    out,
    asked,
    settings,
    survey,
    output,
  }: Pick<PlanOnly, "asked"> & {
    readonly out: string;
    readonly settings: ChangeSettings;
    readonly survey: Survey | undefined;
    readonly output: Output;
  },
): Promise<void> {
  const { mover, replace, maxLatencyMs, keysPerSecondMax = null, pairsAtOnceMax } = settings;
  const document = planDocument({
    plan,
    wish: wishOf(asked),
    how: { mover, replace, maxLatencyMs, keysPerSecondMax, pairsAtOnceMax },
    survey,
    createdAt: new Date().toISOString(),
    createdBy: programName(),
  });
  const clean = output.redactDocument(document) as typeof document;
  if (machinePart(clean) !== machinePart(document)) {
    throw new Refused("A password of this run is part of the plan itself, so it is not written to a file.", {
      code: "secret-in-plan",
      hint: "Carry the plan out at once, without --out; or use a password that is no word of the plan, such as a setting's value.",
    });
  }
  await writeWhole(out, `${JSON.stringify(sealed(clean), null, 1)}\n`);
}

/** All but the free texts. */
function machinePart({ steps, basis, how, notes }: ReturnType<typeof planDocument>): string {
  const bare = (key: string, value: unknown) => (key === "message" || key === "detail" ? "" : value);
  return JSON.stringify({ steps, basis, how, notes }, bare);
}
