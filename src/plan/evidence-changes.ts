import { SlotSet } from "../cluster/slot-set.ts";
import { primariesOf } from "../cluster/topology.ts";
import type { JudgedChange } from "./basis-change.ts";
import type { Judging } from "./judging.ts";
import { nodesOf } from "./step-nodes.ts";
import type { Step } from "./step.ts";

/**
 * A repair is right for what the nodes said and held when it was decided. Whoever had no part in the slots then and
 * has one now makes it a decision of another kind; those who had one are on the way from there to the repair's end.
 */
export function evidenceChanges({ now, left }: Judging): JudgedChange[] {
  return left.flatMap(({ step }): JudgedChange[] => {
    const { why } = step;
    if (!why || !("slots" in step)) return [];
    const known = knownTo(step);
    return primariesOf(now.topology).flatMap(({ id, view }): JudgedChange[] => {
      if (!view || known.has(id)) return [];
      const open = SlotSet.of(view.self.openSlots.map(({ slot }) => slot));
      const held = [...view.keysInOpenSlots, ...(view.strayKeys ?? [])].filter(([, keys]) => keys > 0);
      const parts = {
        claims: view.self.slots,
        open,
        keys: SlotSet.of(held.map(([slot]) => slot)),
      };
      return (["claims", "open", "keys"] as const).flatMap((what): JudgedChange[] => {
        const slots = parts[what].intersect(step.slots);
        if (slots.size === 0) return [];
        return [{ change: { kind: "evidence", what, nodeId: id, slots }, matters: true }];
      });
    });
  });
}

function knownTo(step: Step): ReadonlySet<string> {
  const evidence = step.why?.slots ?? [];
  return new Set([
    ...nodesOf(step).map(({ id }) => id),
    ...evidence.flatMap(({ claims, open, keys, dissent }) => [
      ...claims.map(({ nodeId }) => nodeId),
      ...open.flatMap(({ nodeId, peerId }) => [nodeId, peerId]),
      ...keys.map(({ nodeId }) => nodeId),
      ...dissent.flatMap(({ ownerId }) => ownerId ?? []),
    ]),
  ]);
}
