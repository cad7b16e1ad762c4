import type { SimCluster } from "./sim-cluster.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { isLinkUp } from "./sim-cluster-world.ts";

const LOOK_EVERY_MS = 3;
/** One of each part of the slots: whole shards change hands. */
const WATCHED_SLOTS = [0, 2731, 5000, 8192, 9000, 12_000, 14_000, 16_383];

/** Watches all the time how many replicas have the keys of a slot besides its owner. */
export class RedundancyWatch {
  readonly #cluster: SimCluster;
  readonly #holders = new Map<number, ReadonlySet<SimNode>>();
  readonly #fewest = new Map<number, number>();
  readonly #before: ReadonlyMap<number, number>;
  #isOver = false;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#look();
    this.#before = new Map(this.#fewest);
    const again = () => {
      if (this.#isOver) return;
      this.#look();
      cluster.clock.after(LOOK_EVERY_MS, again);
    };
    cluster.clock.after(LOOK_EVERY_MS, again);
  }

  /** Slots that had a replica and have one now, and had none in between. */
  end(): number[] {
    this.#isOver = true;
    this.#look();
    return WATCHED_SLOTS.filter((slot) => {
      const now = (this.#holders.get(slot)?.size ?? 0) - 1;
      return (this.#before.get(slot) ?? 0) > 0 && now > 0 && this.#fewest.get(slot) === 0;
    });
  }

  #look(): void {
    for (const slot of WATCHED_SLOTS) {
      const owner = this.#ownerOf(slot);
      if (!owner) continue;
      const before = this.#holders.get(slot) ?? new Set();
      // One that follows without a link yet has what it had: a takeover parts nobody from his data.
      const holders = new Set(
        this.#cluster.nodes.filter(
          (node) =>
            node === owner ||
            (this.#follows(node, owner) && (before.has(node) || isLinkUp(this.#cluster, node))),
        ),
      );
      this.#holders.set(slot, holders);
      this.#fewest.set(slot, Math.min(this.#fewest.get(slot) ?? Infinity, holders.size - 1));
    }
  }

  /** Of all who take it for their own the one with the highest epoch. */
  #ownerOf(slot: number): SimNode | undefined {
    const claimants = this.#cluster.nodes.filter(
      (node) => node.isPrimary && node.slots.ownerOf(slot) === node.id,
    );
    return claimants.toSorted((a, b) => b.configEpoch - a.configEpoch)[0];
  }

  /** Right after a takeover a sibling still follows the old primary, which follows the new one. */
  #follows(node: SimNode, owner: SimNode): boolean {
    const primary = this.#cluster.nodes.find(({ id }) => id === node.primaryId);
    return primary === owner || (primary !== undefined && primary.primaryId === owner.id);
  }
}
