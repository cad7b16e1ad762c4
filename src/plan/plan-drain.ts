import { lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import type { Places } from "../cluster/place.ts";
import { nodeById, ownersOf, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { choosePrimaries } from "./choose-primaries.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { isFitPrimary, placedShards } from "./placed-shards.ts";
import { type PlacedShard, placeNames } from "./placement-score.ts";
import type { Plan } from "./plan.ts";
import { repairHint, seedOf } from "./repair-hint.ts";
import { takeOverInTurn } from "./take-over-in-turn.ts";

/**
 * Makes nodes free of primaries: the best replica elsewhere takes each shard over, one after the other. The best are
 * those with which as little as can be is wrong with where the primaries stand, then those that lag least.
 *
 * @throws Refused for shards that no replica elsewhere can take over: nothing is done with some of them.
 */
export function planDrain({
  topology,
  drainedIds,
  places,
}: {
  readonly topology: Topology;
  readonly drainedIds: ReadonlySet<string>;
  readonly places: Places;
}): Plan {
  const shards = placedShards(topology).map((shard) => withHeirs(topology, { shard, drainedIds }));
  refuseWithoutHeir(topology, { shards, drainedIds });
  const chosen = choosePrimaries(shards, { names: placeNames(places), isFit: (id) => !drainedIds.has(id) });
  const heirs = chosen.flatMap(({ primaryId }, index) => {
    const oldId = shards[index]?.oldId;
    return oldId === undefined || primaryId === oldId ? [] : [primaryId];
  });
  return {
    command: "drain",
    basis: topology,
    steps: takeOverInTurn(topology, heirs),
    notes: notToldNotes(topology, drainedIds),
  };
}

/** A shard with those who can be its primary, the best first; the primary alone where it may stay. */
function withHeirs(
  topology: Topology,
  { shard, drainedIds }: { shard: PlacedShard; drainedIds: ReadonlySet<string> },
): PlacedShard & { readonly oldId: string } {
  const { primaryId: oldId, memberIds } = shard;
  if (!drainedIds.has(oldId)) return { oldId, primaryId: oldId, memberIds: [oldId] };
  const lagOf = (id: string) => {
    const node = nodeById(topology, id);
    return (node && lagBytesOf(node, topology)) ?? Infinity;
  };
  const heirs = memberIds
    .filter((id) => id !== oldId && !drainedIds.has(id) && isFitPrimary(topology, id))
    .toSorted((a, b) => lagOf(a) - lagOf(b));
  return { oldId, primaryId: heirs[0] ?? oldId, memberIds: heirs };
}

function refuseWithoutHeir(
  topology: Topology,
  {
    shards,
    drainedIds,
  }: {
    shards: readonly (PlacedShard & { readonly oldId: string })[];
    drainedIds: ReadonlySet<string>;
  },
): void {
  const stuck = shards.flatMap(({ oldId, memberIds }) =>
    memberIds.length === 0 ? (nodeById(topology, oldId) ?? []) : [],
  );
  const [first] = stuck;
  if (!first) return;
  const one = stuck.length === 1 ? nodeName(first) : undefined;
  const isDead = stuck.some(({ view }) => view === undefined);
  throw new Refused(
    `${listNames(stuck.map(nodeName), 200)} ${one ? "has" : "have"} no replica elsewhere that is in sync and could take over.`,
    {
      code: "no-replica-elsewhere",
      node: one,
      hint: isDead
        ? `A primary that does not answer cannot hand over. ${repairHint(topology)}`
        : `Add one on another host with slotctl add-node NEW ${seedOf(topology)} --replica --primary ${nodeName(first)}, or wait until those that are there are in sync. ${ownersOf(topology).length > drainedIds.size ? "slotctl check shows what keeps them back." : ""}`.trim(),
    },
  );
}
