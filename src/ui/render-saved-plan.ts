import type { JudgedChange } from "../plan/basis-change.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";
import type { Canvas } from "./canvas.ts";
import { describeBasisChange } from "./describe-basis-change.ts";
import { hangText, wrapText } from "./fit-text.ts";
import { countOf, formatBytes } from "./format-number.ts";

/** Of a plan file what is not the plan itself. Null stands for what is not known. */
export interface SavedFacts {
  readonly command: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly slotMapDigest: string;
  readonly nodeCount: number;
  readonly estimate: {
    readonly slots: number;
    readonly keys: number | null;
    readonly bytes: number | null;
    readonly seconds: number | null;
  };
}

/** The command that a plan is of. The one that only plans is known by the cluster file that it plans for. */
export function commandOfPlan(
  { command }: Pick<Plan, "command">,
  args: Readonly<Record<string, unknown>>,
): string {
  const file = args["file"];
  return command === "plan" && typeof file === "string" ? `${command} ${file}` : command;
}

/** When and for what a plan was saved, and what it will take. */
export function renderSavedFacts(facts: SavedFacts, { theme, columns }: Canvas): string[] {
  const { command, createdAt, createdBy, slotMapDigest, nodeCount, estimate } = facts;
  const lines = [
    `Plan of slotctl ${command}, saved ${createdAt} by ${createdBy}, for ${countOf(nodeCount, "node")} with slot map ${slotMapDigest.slice(0, 19)}.`,
    estimateText(estimate),
  ];
  return lines.flatMap((line) => wrapText(line, columns)).map((line) => theme.dim(line));
}

function estimateText({ slots, keys, bytes, seconds }: SavedFacts["estimate"]): string {
  const parts = [
    countOf(slots, "slot"),
    keys === null ? "an unknown number of keys" : `about ${countOf(keys, "key")}`,
    bytes === null ? "an unknown number of bytes" : formatBytes(bytes),
  ];
  const time =
    seconds === null ? "How long it takes is not known." : `It takes ${countOf(seconds, "second")} at least.`;
  return `Estimate: ${parts.join(", ")}. ${time}`;
}

/** What has changed since a plan was made and does not matter to it. */
export function renderAcceptedChanges(
  changes: readonly JudgedChange[],
  { topologies, canvas }: { readonly topologies: readonly Topology[]; readonly canvas: Canvas },
): string[] {
  const { theme, columns } = canvas;
  return changes.flatMap((change) => {
    const { message } = describeBasisChange(change, topologies);
    const text = `Since the plan was made ${message}; that does not matter to it.`;
    return hangText(`${theme.glyphs.info} `, text, columns);
  });
}
