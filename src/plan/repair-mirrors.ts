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
    const mirror = mirrorOf(topology, replica);
    if (!mirror) return [];
    const byOwner = Map.groupBy(mirror.slots.intersect(within), (slot) => ownerOf(topology, slot));
    return [...byOwner].flatMap(([owner, list]): StepOf<"settle-slot">[] => {
      if (!owner) return [];
      const slots = SlotSet.of(list);
      const why = {
        rule: "primary-closed-it",
        risk: "none",
        slots: repairs.facts.evidenceOf(slots),
      } as const;
      return [{ kind: "settle-slot", slots, owner: refOf(owner), openAt: [refOf(mirror.primary)], why }];
    });
  });
}

/** The slots that only the replica has open and that its primary can make it forget; undefined where it cannot. */
export function mirrorOf(
  topology: Topology,
  replica: ClusterNode,
): { readonly primary: ClusterNode; readonly slots: SlotSet } | undefined {
  const primary = nodeById(topology, replica.primaryId ?? "");
  if (replica.role !== "replica" || !primary?.view || primary.role !== "primary") return undefined;
  // Redis tells its replicas nothing of open slots.
  if (!isServerFrom(primary.view, { engine: "valkey", from: [8, 0] })) return undefined;
  const open = (replica.view?.self.openSlots ?? []).map(({ slot }) => slot);
  const stuck = SlotSet.of(open).minus(SlotSet.of(primary.view.self.openSlots.map(({ slot }) => slot)));
  return { primary, slots: SlotSet.of([...stuck].filter((slot) => ownerOf(topology, slot))) };
}

/** Undefined also for one that does not answer. */
function ownerOf({ nodes }: Topology, slot: number): ClusterNode | undefined {
  const owner = nodes.find(({ slots }) => slots.has(slot));
  return owner?.view ? owner : undefined;
}
