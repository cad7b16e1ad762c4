import { isServerFrom } from "../cluster/server-version.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { refOf } from "./node-ref.ts";
import type { SlotRepairs } from "./repair-slots.ts";
import type { StepOf } from "./step.ts";

/**
 * Replicas that report slots as open which are not open at their primary any more (valkey-io/valkey#998). A
 * replica takes no SETSLOT itself; since 8.0 a Valkey primary passes on what it is told, also what it knows.
 */
export function mirrorSteps(
  topology: Topology,
  { within, repairs }: { readonly within: SlotSet; readonly repairs: SlotRepairs },
): StepOf<"settle-slot">[] {
  return reachedNodes(topology).flatMap((replica): StepOf<"settle-slot">[] => {
    const primary = nodeById(topology, replica.primaryId ?? "");
    if (replica.role !== "replica" || !primary?.view || primary.role !== "primary") return [];
    // Redis tells its replicas nothing of open slots.
    if (!isServerFrom(primary.view, { engine: "valkey", from: [8, 0] })) return [];
    const stuck = SlotSet.of((replica.view?.self.openSlots ?? []).map(({ slot }) => slot))
      .intersect(within)
      .minus(SlotSet.of(primary.view.self.openSlots.map(({ slot }) => slot)));
    const byOwner = Map.groupBy(stuck, (slot) => ownerOf(topology, slot));
    return [...byOwner].flatMap(([owner, list]): StepOf<"settle-slot">[] => {
      if (!owner?.view) return [];
      const slots = SlotSet.of(list);
      const why = {
        rule: "primary-closed-it",
        risk: "none",
        slots: repairs.facts.evidenceOf(slots),
      } as const;
      return [{ kind: "settle-slot", slots, owner: refOf(owner), openAt: [refOf(primary)], why }];
    });
  });
}

function ownerOf({ nodes }: Topology, slot: number): ClusterNode | undefined {
  return nodes.find(({ slots }) => slots.has(slot));
}
