import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Plan } from "./plan.ts";

/**
 * Whether a run of the plan that is killed can leave keys where only a deep look finds them: on Valkey a holder of keys
 * marks their slots only once it has heard of their new owner.
 */
export function mayHideKeys({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === "gather-keys");
}

/** What a deep look has found of slots that the plan brings keys of to their owners. Others it was not asked for. */
export function onlyStraysOf({ steps }: Plan, { nodes }: Topology): Topology {
  const slots = steps.reduce(
    (all, step) => (step.kind === "gather-keys" ? all.union(step.slots) : all),
    SlotSet.empty,
  );
  return {
    nodes: nodes.map((node) => {
      const strays = node.view?.strayKeys;
      if (!node.view || !strays) return node;
      const strayKeys = new Map([...strays].filter(([slot]) => slots.has(slot)));
      return { ...node, view: { ...node.view, strayKeys } };
    }),
  };
}
