import { nodeName } from "../cluster/node-name.ts";
import type { Places } from "../cluster/place.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { choosePrimaries } from "./choose-primaries.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { isFitPrimary, placedShards } from "./placed-shards.ts";
import { placeNames } from "./placement-score.ts";
import type { Plan } from "./plan.ts";
import { takeOverInTurn } from "./take-over-in-turn.ts";

export interface RestoreRolesWish {
  readonly places: Places;
  /** Ids of the nodes that are to be primaries; undefined for an even spread over the places. */
  readonly primaryIds: readonly string[] | undefined;
}

/**
 * Puts primaries back after failovers, one after the other: those that are named, or those with which they are as
 * even over zones, racks and hosts as can be, with the fewest takeovers.
 *
 * @throws Refused for a named one that plays no role in a shard, or could not take over.
 */
export function planRestoreRoles({ topology, wish }: { topology: Topology; wish: RestoreRolesWish }): Plan {
  const heirs = wish.primaryIds ? namedHeirs(topology, wish.primaryIds) : evenHeirs(topology, wish.places);
  return {
    command: "restore-roles",
    basis: topology,
    steps: takeOverInTurn(topology, heirs),
    notes: notToldNotes(topology, new Set()),
  };
}

/** Two of one shard cannot both be its primary: the file does not name such. */
function namedHeirs(topology: Topology, ids: readonly string[]): string[] {
  const heirs = ids.filter((id) => nodeById(topology, id)?.role === "replica");
  const shardIds = heirs.map((id) => nodeById(topology, id)?.primaryId);
  const twin = heirs.find((_, index) => shardIds.indexOf(shardIds[index]) !== index);
  if (twin === undefined) return heirs;
  const node = nodeById(topology, twin);
  throw new Refused(
    `${node ? nodeName(node) : twin} and another node that is to be a primary are replicas of the same shard now.`,
    {
      code: "same-shard",
      hint: "slotctl plan FILE shows what brings the nodes into the shards of the file.",
    },
  );
}

function evenHeirs(topology: Topology, places: Places): string[] {
  const shards = placedShards(topology);
  const chosen = choosePrimaries(shards, {
    names: placeNames(places),
    isFit: (id) => isFitPrimary(topology, id),
    isEven: true,
  });
  return chosen.flatMap(({ primaryId }, index) =>
    primaryId === shards[index]?.primaryId ? [] : [primaryId],
  );
}
