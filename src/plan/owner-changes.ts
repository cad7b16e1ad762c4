import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { JudgedChange } from "./basis-change.ts";
import type { Judging, Stakes } from "./judging.ts";
import { ownersIn, ownershipIn, placeOn } from "./trails.ts";

interface Moved {
  readonly wasId: string | undefined;
  readonly isId: string | undefined;
  readonly slots: number[];
}

/**
 * Slots that are with somebody whom neither the basis nor a step of the plan gives them to. That a replica has taken
 * all over from its primary only matters to who deals with that shard.
 */
export function ownerChanges({ basis, now, trails }: Judging, stakes: Stakes): JudgedChange[] {
  const owners = ownersIn(now.topology);
  const moved = new Map<string, Moved>();
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const trail = trails.ownersOf(slot);
    const isId = owners[slot];
    if (placeOn(trail, isId) !== undefined) continue;
    // A replica may have taken over at any place of its way; otherwise it is told where it was.
    const heirOf = trail.findLast(({ values }) => values.some((id) => isHeir(basis, id, isId)));
    const wasId = heirOf?.values.at(-1) ?? trail[0]?.values[0];
    const key = `${wasId} ${isId}`;
    const group = moved.get(key) ?? { wasId, isId, slots: [] };
    group.slots.push(slot);
    moved.set(key, group);
  }
  const travelling = stakes.steps.reduce(
    (all, step) => all.union(ownershipIn(step)?.slots ?? SlotSet.empty),
    SlotSet.empty,
  );
  return [...moved.values()].map(({ wasId, isId, slots: list }): JudgedChange => {
    const slots = SlotSet.of(list);
    if (wasId === undefined || isId === undefined || !isHeir(basis, wasId, isId)) {
      return { change: { kind: "slots-moved", slots, wasId, isId }, matters: true };
    }
    const matters =
      stakes.nodeIds.has(wasId) || stakes.nodeIds.has(isId) || slots.intersect(travelling).size > 0;
    return { change: { kind: "failed-over", wasId, isId }, matters };
  });
}

function isHeir(basis: Topology, primaryId: string | undefined, id: string | undefined): boolean {
  return primaryId !== undefined && id !== undefined && nodeById(basis, id)?.primaryId === primaryId;
}
