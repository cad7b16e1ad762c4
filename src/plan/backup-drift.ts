import { SlotSet } from "../cluster/slot-set.ts";
import { openSlotsOf, ownersOf, type Topology } from "../cluster/topology.ts";
import type { BackupDrift, BackupPlan } from "./backup.ts";

/**
 * What has become of the slots since the plan was made. A replica that was promoted has not moved any: its shard is
 * the same.
 */
export function backupDrift(plan: BackupPlan, after: Topology): BackupDrift {
  const shardOf = shardsByNode(plan.basis);
  const before = slotsByShard(plan.basis, shardOf);
  const now = slotsByShard(after, shardOf);
  const moved = [...before].reduce(
    (all, [shard, slots]) => all.union(slots.minus(now.get(shard) ?? SlotSet.empty)),
    SlotSet.empty,
  );
  const openNow = SlotSet.of(openSlotsOf(after).map(({ slot }) => slot));
  return { moved, open: plan.open.union(openNow) };
}

/** The shard of each node, by the id of the primary that it had. */
function shardsByNode({ nodes }: Topology): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id, role, primaryId }) => [id, role === "replica" ? (primaryId ?? id) : id]));
}

function slotsByShard(
  topology: Topology,
  shardOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, SlotSet> {
  const byShard = new Map<string, SlotSet>();
  for (const { id, slots } of ownersOf(topology)) {
    const shard = shardOf.get(id) ?? id;
    byShard.set(shard, (byShard.get(shard) ?? SlotSet.empty).union(slots));
  }
  return byShard;
}
