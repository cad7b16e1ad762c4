import { PLACE_LEVELS, type PlaceLevel } from "../cluster/place.ts";
import { LEVEL_WEIGHTS, primariesPerPlaceMax } from "./placement-score.ts";
import { liveIn } from "./placement-moves.ts";
import type { PlacementSearch } from "./placement-search.ts";

/**
 * What no placement of these nodes has less of, whoever changes shards and takes over: the sum of what cannot be
 * avoided at each level by itself. A placement that has just this is the best; one that has more may be, too.
 */
export function placementBound(search: PlacementSearch): number {
  return PLACE_LEVELS.reduce((sum, level) => sum + boundAt(level, search) * LEVEL_WEIGHTS[level], 0);
}

function boundAt(level: PlaceLevel, search: PlacementSearch): number {
  const { shards, names, isFit, idle = [] } = search;
  const nameOf = (id: string) => names.get(id)?.[level];
  const members = shards.flatMap(({ memberIds }) => memberIds);
  const leads = new Set(shards.map(({ primaryId }) => primaryId));
  const nodes = [...members, ...idle.map(({ id }) => id)];
  const count = (ids: readonly string[]) => {
    const counts = new Map<string | undefined, number>();
    for (const id of ids) counts.set(nameOf(id), (counts.get(nameOf(id)) ?? 0) + 1);
    return counts;
  };
  const all = count(nodes);
  const fit = count(nodes.filter((id) => leads.has(id) || isFit(id)));
  const cluster = {
    shards: shards.length,
    nodes: nodes.length,
    most: primariesPerPlaceMax(shards.length),
    replicas: fewestReplicas(search),
  };
  const known = [...all].filter(([name]) => name !== undefined);
  const placed = known.reduce((sum, [name]) => sum + Math.min(fit.get(name) ?? 0, cluster.most), 0);
  const crowded = Math.max(0, shards.length - placed - (fit.get(undefined) ?? 0));
  const each = known.map(([name, size]) => {
    const elsewhere = [...fit].reduce((sum, [other, can]) => sum + (other === name ? 0 : can), 0);
    return wrongWith({ size, fit: fit.get(name) ?? 0, elsewhere }, cluster);
  });
  return Math.max(crowded, ...each);
}

/** How many replicas every shard will have, for none may lack what it has. */
function fewestReplicas(search: PlacementSearch): number {
  const has = search.shards.map((shard) => Math.min(search.replicas, liveIn(search, shard) - 1));
  return Math.max(0, Math.min(...has));
}

/**
 * The least that can be wrong with one place, over all numbers of primaries that it can have: those beyond what leaves
 * the others a majority, and replicas of its primaries for whom there are no nodes elsewhere that are no primaries.
 */
function wrongWith(
  place: { readonly size: number; readonly fit: number; readonly elsewhere: number },
  cluster: {
    readonly shards: number;
    readonly nodes: number;
    readonly most: number;
    readonly replicas: number;
  },
): number {
  const fewest = Math.max(0, cluster.shards - place.elsewhere);
  const most = Math.min(place.fit, cluster.shards);
  let least = Infinity;
  for (let primaries = fewest; primaries <= most; primaries++) {
    const replicasElsewhere = cluster.nodes - place.size - (cluster.shards - primaries);
    const together = Math.max(0, cluster.replicas * primaries - replicasElsewhere);
    least = Math.min(least, together + Math.max(0, primaries - cluster.most));
  }
  return least === Infinity ? 0 : least;
}
