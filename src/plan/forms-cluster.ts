import type { Plan } from "./plan.ts";

/** Whether a plan makes a cluster of empty nodes: until it is carried out there is none that could be looked at whole. */
export function formsCluster({ command, steps }: Pick<Plan, "command" | "steps">): boolean {
  // Only new primaries are waited for so, and every cluster that is formed has some.
  return command === "create" || steps.some(({ kind }) => kind === "await-ok");
}
