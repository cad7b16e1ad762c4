import { reachedNodes } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";
import { mayHideKeys } from "../plan/strays-of-plan.ts";
import { shellWord } from "../ui/shell-word.ts";

/**
 * The command that finishes a repair which was stopped part way, where the same one again could pass over keys: on
 * Valkey those of a slot that has a new owner by now are found by a deep look only. Undefined where it could not.
 */
export function restOfFix(
  plan: Plan,
  { seed, flags }: { readonly seed: string; readonly flags: FixFlags },
): string | undefined {
  const isValkey = reachedNodes(plan.basis).some(({ view }) => view?.engine === "valkey");
  if (flags.deep || !isValkey || !mayHideKeys(plan)) return undefined;
  return [
    `slotctl fix ${seed} --deep`,
    ...(flags.slots === undefined ? [] : [`--slots ${shellWord(flags.slots)}`]),
    ...(flags["unreachable-ok"] ? ["--unreachable-ok"] : []),
    ...(flags["on-conflict"] === "refuse" ? [] : [`--on-conflict ${flags["on-conflict"]}`]),
    ...(flags["save-to"] === undefined ? [] : [`--save-to ${shellWord(flags["save-to"])}`]),
  ].join(" ");
}

interface FixFlags {
  readonly deep: boolean;
  readonly slots?: string | undefined;
  readonly "unreachable-ok": boolean;
  readonly "on-conflict": string;
  readonly "save-to"?: string | undefined;
}
