import { PLACE_LEVELS, type PlaceLevel } from "../cluster/place.ts";
import { type Arc, cheapestFlow } from "./cheapest-flow.ts";
import { LEVEL_WEIGHTS, type PlacedShard, type PlaceNames, primariesPerPlaceMax } from "./placement-score.ts";

/**
 * Which node of each shard should be its primary, so that as little as can be is wrong with where they stand, and of
 * all such choices the one with the fewest takeovers. Exact: every shard sends one unit through the node, host, rack
 * and zone of its primary, and what a place has too much of costs extra.
 *
 * @param isFit whether a node can be a primary.
 * @param isEven primaries are to be as even over the places as can be, and not only no half of them in one.
 */
export function choosePrimaries(
  shards: readonly PlacedShard[],
  {
    names,
    isFit,
    isEven = false,
  }: {
    readonly names: PlaceNames;
    readonly isFit: (id: string) => boolean;
    readonly isEven?: boolean;
  },
): PlacedShard[] {
  const network = new PlaceNetwork({ all: shards.length, isEven });
  const choices = shards.flatMap((shard, index) => {
    const shardNode = network.node(`shard ${index}`);
    network.arc({ from: 0, to: shardNode, room: 1, cost: 0 });
    return shard.memberIds
      .filter((id) => id === shard.primaryId || isFit(id))
      .map((id) => {
        const cost = costOf(shard, { id, names });
        return {
          index,
          id,
          arc: network.arc({ from: shardNode, to: network.place(names.get(id) ?? {}), room: 1, cost }),
        };
      });
  });
  const flows = cheapestFlow(network.arcs, { nodes: network.size, amount: shards.length });
  const chosen = new Map(
    choices.flatMap(({ index, id, arc }) => (flows[arc] === 1 ? [[index, id] as const] : [])),
  );
  return shards.map((shard, index) => ({ ...shard, primaryId: chosen.get(index) ?? shard.primaryId }));
}

function costOf(
  { primaryId, memberIds }: PlacedShard,
  { id, names }: { id: string; names: PlaceNames },
): number {
  const together = PLACE_LEVELS.reduce((sum, level) => {
    const name = names.get(id)?.[level];
    const beside = memberIds.filter(
      (other) => other !== id && name !== undefined && names.get(other)?.[level] === name,
    );
    return sum + beside.length * LEVEL_WEIGHTS[level];
  }, 0);
  return together + (id === primaryId ? 0 : 1);
}

/** Node 0 is where the units come from, node 1 where they go. */
class PlaceNetwork {
  readonly arcs: Arc[] = [];
  readonly #nodes = new Map<string, number>();
  readonly #all: number;
  readonly #isEven: boolean;

  constructor({ all, isEven }: { all: number; isEven: boolean }) {
    this.#all = all;
    this.#isEven = isEven;
  }

  get size(): number {
    return this.#nodes.size + 2;
  }

  node(name: string): number {
    const node = this.#nodes.get(name) ?? this.#nodes.size + 2;
    this.#nodes.set(name, node);
    return node;
  }

  arc(arc: Arc): number {
    this.arcs.push(arc);
    return this.arcs.length - 1;
  }

  /** The narrowest place of a node, with its way out to the wider ones. */
  place(names: Readonly<Partial<Record<PlaceLevel, string>>>): number {
    let wider = 1;
    for (const level of PLACE_LEVELS) {
      const name = names[level];
      if (name === undefined) continue;
      const isNew = !this.#nodes.has(`${level} ${name}`);
      const node = this.node(`${level} ${name}`);
      if (isNew) this.#wayOut({ from: node, to: wider, cost: LEVEL_WEIGHTS[level] });
      wider = node;
    }
    return wider;
  }

  /** Costs nothing as long as the others are a majority; or, for an even spread, with each primary more. */
  #wayOut({ from, to, cost }: Omit<Arc, "room">): void {
    if (this.#isEven) {
      for (let count = 0; count < this.#all; count++) this.arc({ from, to, room: 1, cost: cost * count });
      return;
    }
    this.arc({ from, to, room: primariesPerPlaceMax(this.#all), cost: 0 });
    this.arc({ from, to, room: this.#all, cost });
  }
}
