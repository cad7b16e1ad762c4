import type { Redis } from "ioredis";
import { keyIn } from "./live-slots.ts";
import type { MoveCluster } from "./move-cluster.ts";

/** A primary of the cluster by its place. */
export type Place = 0 | 1 | 2;

/** Breaks slots of a real cluster by commands to its nodes, and knows which keys must be there afterwards. */
export class BrokenSlots {
  readonly #cluster: MoveCluster;
  readonly #ids: readonly string[];
  readonly #values = new Map<string, string>();

  private constructor(cluster: MoveCluster, ids: readonly string[]) {
    this.#cluster = cluster;
    this.#ids = ids;
  }

  static async of(cluster: MoveCluster): Promise<BrokenSlots> {
    const lines = await Promise.all(([0, 1, 2] as const).map((place) => cluster.lineOf(place)));
    return new BrokenSlots(
      cluster,
      lines.map(({ id }) => id),
    );
  }

  /** Writes a key to a node, which owns the slot or imports it. */
  async put(
    place: Place,
    slot: number,
    { name = `at-${place}`, value = `of ${place}` } = {},
  ): Promise<string> {
    const key = `{${keyIn(slot)}}${name}`;
    const client = this.#client(place);
    await Promise.all([client.call("ASKING"), client.set(key, value)]);
    this.#values.set(key, value);
    return key;
  }

  /** Leaves a key at a node that neither owns the slot nor imports it. */
  async stray(place: Place, slot: number, owner: Place = place === 0 ? 1 : 0): Promise<string> {
    await this.open(place, slot, { importing: owner });
    const key = await this.put(place, slot, { name: `stray-${place}` });
    await this.setSlot(place, slot, "STABLE");
    return key;
  }

  async open(
    place: Place,
    slot: number,
    { importing, migrating }: { importing?: Place; migrating?: Place },
  ): Promise<void> {
    if (importing !== undefined) await this.setSlot(place, slot, "IMPORTING", this.#ids[importing] ?? "");
    if (migrating !== undefined) await this.setSlot(place, slot, "MIGRATING", this.#ids[migrating] ?? "");
  }

  async says(place: Place, slot: number, owner: Place): Promise<void> {
    await this.setSlot(place, slot, "NODE", this.#ids[owner] ?? "");
  }

  async setSlot(place: Place, slot: number, ...words: readonly string[]): Promise<void> {
    await this.#client(place).call("CLUSTER", "SETSLOT", slot, ...words);
  }

  /** Nobody owns the slot any more. */
  async dropEverywhere(slot: number): Promise<void> {
    await Promise.all(
      ([0, 1, 2] as const).map((place) => this.#client(place).call("CLUSTER", "DELSLOTS", slot)),
    );
  }

  /** The key has this value from now on, whatever was written last. */
  expects(slot: number, name: string, value: string): string {
    const key = `{${keyIn(slot)}}${name}`;
    this.#values.set(key, value);
    return key;
  }

  /** Keys that are not with the owner of their slot, or not with their value. */
  async missing(): Promise<string[]> {
    const found = await Promise.all(
      [...this.#values].map(async ([key, value]) => {
        const replies = await Promise.all(
          ([0, 1, 2] as const).map((place) =>
            this.#client(place)
              .get(key)
              .catch(() => null),
          ),
        );
        return replies.includes(value) ? [] : [`${key}: ${replies.join(" ")}`];
      }),
    );
    return found.flat();
  }

  #client(place: Place): Redis {
    return this.#cluster.client(place);
  }
}
