import { type Address, parseAddress } from "../../src/cluster/address.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import type { Topology } from "../../src/cluster/topology.ts";
import type { NodeClients } from "../../src/wire/node-client.ts";
import { observe, type ObserveWishes } from "../../src/wire/observe.ts";
import { idOf } from "./a-cluster.ts";
import { SimNodeClients } from "./sim-cluster-client.ts";
import { SimClock } from "./sim-cluster-clock.ts";
import { startGossip } from "./sim-cluster-gossip.ts";
import { keyInSlot } from "./sim-cluster-keys.ts";
import { SimNode } from "./sim-cluster-node.ts";
import { SimProcess } from "./sim-cluster-process.ts";
import { SeededRandom } from "./sim-cluster-random.ts";
import { nodeOf, type SimSettings, type SimWorld } from "./sim-cluster-world.ts";

export interface SimNodeSpec {
  /** A short word; `idOf` makes it the node's id. */
  readonly name: string;
  readonly slots?: string;
  readonly replicaOf?: string;
  /** An empty node that knows nobody and that nobody knows. */
  readonly isAlone?: boolean;
}

export interface SimSpec {
  readonly seed: number;
  readonly nodes: readonly SimNodeSpec[];
  readonly settings?: Partial<SimSettings>;
}

/**
 * A cluster in memory with the rules of Redis Cluster that matter to who runs one: epochs, gossip that takes
 * its time, refusals, faults. Everything that is left open follows from the seed. Left out are what no
 * command of ours depends on: elections by themselves, replicas that migrate to orphaned primaries, and
 * votes on who has failed (each node judges by itself).
 */
export class SimCluster implements SimWorld {
  readonly clock = new SimClock();
  readonly random: SeededRandom;
  readonly settings: SimSettings;
  readonly nodes: readonly SimNode[];
  /** Every key that was written, by its name in latin1. */
  readonly written = new Map<string, { readonly key: Buffer; readonly value: Buffer }>();
  #process = new SimProcess();
  #clients: SimNodeClients;

  constructor({ seed, nodes, settings }: SimSpec) {
    this.random = new SeededRandom(seed);
    this.settings = { ...someSettings(this.random), ...settings };
    this.nodes = nodes.map((spec, index) => {
      const node = new SimNode({ id: idOf(spec.name), address: addressOf(index) });
      node.config.set("repl-diskless-sync-delay", String(this.settings.syncDelaySeconds));
      node.config.set("cluster-node-timeout", String(this.settings.nodeTimeoutMs));
      node.isValkey = this.settings.server.engine === "valkey";
      return node;
    });
    join(
      nodes.flatMap((spec, index) => {
        const node = this.nodes[index];
        return node && !spec.isAlone ? [{ spec, node }] : [];
      }),
    );
    startGossip(this);
    this.#clients = new SimNodeClients(this, this.#process);
  }

  node(name: string): SimNode {
    const node = nodeOf(this, idOf(name));
    if (!node) throw new Error(`the simulated cluster has no node ${name}`);
    return node;
  }

  /** The clients of the process that runs now. */
  get clients(): NodeClients {
    return this.#clients;
  }

  /** Commands of the process that runs now, so far, that change something. */
  get changes(): number {
    return this.#process.changes;
  }

  /** After so many commands that change something the process is gone, as with kill -9. */
  stopAfter(changes: number): void {
    const process = this.#process;
    process.afterChange(changes, () => process.kill());
  }

  /** The command is started again: a new process, with connections of its own. */
  revive(): void {
    this.#process.kill();
    this.#process = new SimProcess();
    this.#clients = new SimNodeClients(this, this.#process);
  }

  /** Does something in the midst of it: right after so many commands that change something. */
  afterChange(changes: number, work: () => void): void {
    this.#process.afterChange(changes, work);
  }

  /** The node crashes. What it has is on its disk. */
  kill(name: string): void {
    const node = this.node(name);
    node.power = "dead";
    node.backlog = [];
    node.busyUntilMs = 0;
    node.migrations = [];
  }

  /** A crashed node comes back with what was on its disk, and waits before it serves keys. */
  restart(name: string): void {
    const node = this.node(name);
    node.power = "up";
    node.state = "fail";
    node.coveredSinceMs = undefined;
    for (const peer of node.peers.values()) peer.heardMs = this.clock.nowMs();
  }

  /** The node does nothing any more and keeps its connections, as under SIGSTOP. */
  pause(name: string): void {
    this.node(name).power = "paused";
  }

  resume(name: string): void {
    const node = this.node(name);
    node.power = "up";
    for (const work of node.backlog.splice(0)) work();
  }

  /** Writes keys into the slots, to their owners. */
  write(where: { readonly slots: Iterable<number>; readonly keysPerSlot: number }): void {
    for (const slot of where.slots) {
      const owner = this.nodes.find((node) => node.isPrimary && node.slots.ownerOf(slot) === node.id);
      if (!owner) throw new Error(`nobody owns slot ${slot}`);
      for (let index = 0; index < where.keysPerSlot; index++) {
        const key = keyInSlot(slot, index);
        const value = Buffer.from(`value ${index} of ${slot}`);
        owner.keys.set(key, value);
        this.written.set(key.toString("latin1"), { key, value });
      }
    }
  }

  /** All views joined, as a new process of slotctl sees them. */
  async observe(seed: string): Promise<Topology> {
    return await this.observeAt(this.node(seed).address);
  }

  async observeAt(seed: Address, wishes: ObserveWishes = {}): Promise<Topology> {
    return await observe({ clients: this.clients, seed, mapAddress: (announced) => announced, wishes });
  }
}

function someSettings(random: SeededRandom): SimSettings {
  const tellsNewOwners = random.next() < 0.5;
  return {
    nodeTimeoutMs: 2000,
    rejoinDelayMs: 150,
    blacklistMs: 60_000,
    pingsPerRound: 2,
    replyTimeoutMs: 500,
    emptyPrimaryFollows: random.next() < 0.5,
    needsFullCoverage: true,
    marksOutliveSlots: random.next() < 0.5,
    tellsNewOwners,
    server: { engine: "redis", version: tellsNewOwners ? "7.0.15" : "6.0.16" },
    syncDelaySeconds: 0,
  };
}

function addressOf(index: number): Address {
  return parseAddress(`10.0.0.${index + 1}:6379`);
}

/** A cluster that has been there for long: everybody knows and agrees. */
function join(members: readonly { readonly spec: SimNodeSpec; readonly node: SimNode }[]): void {
  members.forEach(({ spec, node }, index) => {
    node.currentEpoch = members.length;
    node.configEpoch = spec.replicaOf ? 0 : index + 1;
    node.primaryId = spec.replicaOf ? idOf(spec.replicaOf) : undefined;
    node.knowsOwnAddress = true;
    node.state = "ok";
    node.coveredSinceMs = -Infinity;
  });
  for (const { node } of members) {
    for (const { spec, node: other } of members) {
      const { id, address, primaryId, configEpoch } = other;
      for (const slot of spec.slots ? parseSlots(spec.slots) : []) node.slots.set(slot, id);
      if (node === other) continue;
      node.peers.set(id, { id, address, primaryId, configEpoch, heardMs: 0, hasFailed: false });
    }
  }
}
