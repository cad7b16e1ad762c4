import { type Address, formatAddress } from "../cluster/address.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import { ownersOf, replicasOf, type Topology } from "../cluster/topology.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { type ImportTarget, RedisImportTarget } from "./import-target.ts";
import type { NodeAccess } from "./node-access.ts";

/** The primaries that keys are brought to, by slot. Tests have a second implementation. */
export interface ImportTargets extends Disposable {
  /** The primary that owns a slot, as far as is known; undefined for nobody. */
  ownerOf(slot: number): string | undefined;
  /** A connection to it, opened anew where the last one has failed. */
  open(owner: string): Promise<ImportTarget>;
  /** Looks again at who owns what. */
  refresh(): Promise<void>;
  /** Whether the shard of a slot had a replica when the run began. */
  isReplicated(slot: number): boolean;
}

export class RedisImportTargets implements ImportTargets {
  readonly #access: NodeAccess;
  readonly #database: number;
  readonly #observe: () => Promise<Topology>;
  readonly #replicated: readonly boolean[];
  readonly #owners = new Map<string, { readonly address: Address; readonly hasExpireTime: boolean }>();
  readonly #open = new Map<string, Promise<ImportTarget>>();
  #ownerBySlot: (string | undefined)[] = [];
  #refreshing: Promise<void> | undefined;

  constructor({
    topology,
    access,
    database,
    observe,
  }: {
    readonly topology: Topology;
    readonly access: NodeAccess;
    readonly database: number;
    readonly observe: () => Promise<Topology>;
  }) {
    this.#access = access;
    this.#database = database;
    this.#observe = observe;
    this.#learn(topology);
    const withReplicas = new Set(
      ownersOf(topology)
        .filter(({ id }) => replicasOf(topology, id).some((replica) => replica.view !== undefined))
        .map(({ view }) => (view ? formatAddress(view.address) : "")),
    );
    this.#replicated = this.#ownerBySlot.map((owner) => owner !== undefined && withReplicas.has(owner));
  }

  ownerOf(slot: number): string | undefined {
    return this.#ownerBySlot[slot];
  }

  isReplicated(slot: number): boolean {
    return this.#replicated[slot] ?? false;
  }

  async open(owner: string): Promise<ImportTarget> {
    const known = this.#open.get(owner);
    if (known) {
      const target = await known;
      if (!target.isOver) return target;
    }
    // Another bite may have opened it anew meanwhile.
    const again = this.#open.get(owner);
    if (again !== known && again) return await again;
    const opening = this.#connect(owner);
    this.#open.set(owner, opening);
    // Who waits for it is told; the next one tries again.
    opening.catch(() => {
      if (this.#open.get(owner) === opening) this.#open.delete(owner);
    });
    return await opening;
  }

  async refresh(): Promise<void> {
    this.#refreshing ??= this.#observe()
      .then((topology) => this.#learn(topology))
      .finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  [Symbol.dispose](): void {
    for (const opening of this.#open.values()) {
      opening.then(
        (target) => target[Symbol.dispose](),
        () => undefined,
      );
    }
  }

  async #connect(owner: string): Promise<ImportTarget> {
    const known = this.#owners.get(owner);
    if (!known) throw new RangeError(`no primary is known at ${owner}`);
    const { address, hasExpireTime } = known;
    const connection = await BulkConnection.open(address, {
      access: this.#access,
      database: this.#database,
    });
    return new RedisImportTarget(connection, { hasExpireTime });
  }

  #learn(topology: Topology): void {
    const bySlot = new Array<string | undefined>(SLOT_COUNT).fill(undefined);
    for (const { view, slots } of ownersOf(topology)) {
      if (!view) continue;
      const name = formatAddress(view.address);
      this.#owners.set(name, { address: view.address, hasExpireTime: hasExpireTime(view) });
      for (const slot of slots) bySlot[slot] = name;
    }
    this.#ownerBySlot = bySlot;
  }
}

/** PEXPIRETIME came with Redis 7.0, and every Valkey has it. */
export function hasExpireTime(server: Parameters<typeof isServerFrom>[0]): boolean {
  return server.engine === "valkey" || isServerFrom(server, { engine: "redis", from: [7, 0] });
}
