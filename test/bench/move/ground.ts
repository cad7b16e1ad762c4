import { setTimeout as delay } from "node:timers/promises";
import type { SlotSet } from "../../../src/cluster/slot-set.ts";
import type { TestServer } from "../../servers/test-server.ts";
import type { RunningNode } from "../../support/servers/start-nodes.ts";
import type { LoadPlan } from "../load/load-plan.ts";
import { timeSlotctl } from "../run-timed.ts";
import { askNode, ownersAt, ownLine } from "./ask-node.ts";
import { type BenchKeys, findBroken } from "./bench-keys.ts";
import type { Scenario } from "./scenario.ts";

/** A node with what it had when nothing had moved yet. */
export interface Home {
  readonly node: RunningNode;
  /** As it announces itself, and as an operator types it. */
  readonly address: string;
  readonly id: string;
  readonly slots: SlotSet;
}

interface GroundParts {
  readonly scenario: Scenario;
  readonly server: TestServer;
  readonly target: Home;
  readonly homes: readonly Home[];
  readonly keys: BenchKeys;
  readonly loadNames: readonly string[];
  /** What ends with it. */
  readonly running: AsyncDisposableStack;
}

const timeoutMs = 300_000;
/** Every key is counted after a move; this many are read. Names are spread evenly, so each moved slot is among them. */
const keysReadMax = 100_000;
const operationsPerSecond = 5000;
const agreeMs = 30_000;

/** Three primaries that share all slots and keys, and one that has none yet, or only the one it cannot do without. */
export class Ground implements AsyncDisposable {
  readonly scenario: Scenario;
  readonly server: TestServer;
  readonly target: Home;
  readonly #parts: GroundParts;

  constructor(parts: GroundParts) {
    this.scenario = parts.scenario;
    this.server = parts.server;
    this.target = parts.target;
    this.#parts = parts;
  }

  get seed(): string {
    return this.#first.address;
  }

  /** The sources that give, as the servers' own client wants them. */
  get sourceIds(): string {
    return this.scenario.from === "all" ? "all" : this.#first.id;
  }

  get sourceAddresses(): readonly string[] {
    return this.#parts.homes.map(({ address }) => address);
  }

  /** What a client reads and writes meanwhile; it knows who owns what as it begins. */
  get load(): LoadPlan {
    return {
      nodes: this.#all.map(({ node, address, slots }) => ({
        announcedPort: Number(address.split(":").at(-1)),
        port: node.port,
        slotRanges: slots.ranges.map(({ first, last }) => [first, last] as const),
      })),
      names: this.#parts.loadNames,
      operationsPerSecond,
    };
  }

  /** Throws unless exactly so many slots have arrived and every key is there; then gives them back to where they were. */
  async verifyAndMoveBack(slotCount: number): Promise<void> {
    const { target, homes, keys } = this.#parts;
    const arrived = (await ownLine(target.node)).slots.minus(target.slots);
    if (arrived.size !== slotCount)
      throw new Error(`${target.address} got ${arrived.size} slots, not ${slotCount}`);
    await this.#verifyCount();
    const nodes = this.#all.map(({ node }) => node);
    const broken = await findBroken(nodes, { ...keys, names: keys.names.slice(0, keysReadMax) });
    if (broken.length > 0) throw new Error(`${broken.length} keys are gone or changed, such as ${broken[0]}`);
    for (const { address, slots } of homes) {
      const lent = slots.intersect(arrived);
      const args = [
        "reshard",
        this.seed,
        "--from",
        target.address,
        "--to",
        address,
        "--max-latency",
        "0",
        "--yes",
      ];
      if (lent.size > 0) await timeSlotctl([...args, "--slot-ranges", lent.toString()], timeoutMs);
    }
    await this.#verifyCount();
    await this.#agreed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.running.disposeAsync();
  }

  get #all(): readonly Home[] {
    return [...this.#parts.homes, this.target];
  }

  get #first(): Home {
    const [first] = this.#parts.homes;
    if (!first) throw new Error("a cluster needs a node that has slots");
    return first;
  }

  async #verifyCount(): Promise<void> {
    const counts = await Promise.all(this.#all.map(({ node }) => askNode(node, (client) => client.dbsize())));
    const count = counts.reduce((sum, keys) => sum + keys, 0);
    const wanted = this.#parts.keys.names.length + this.#parts.loadNames.length;
    if (count !== wanted) throw new Error(`the cluster has ${count} keys, not ${wanted}`);
  }

  /** The servers' own client refuses to begin while nodes do not yet agree. */
  async #agreed(): Promise<void> {
    const deadlineMs = performance.now() + agreeMs;
    for (; performance.now() < deadlineMs; await delay(50)) {
      const views = await Promise.all(this.#all.map(({ node }) => ownersAt(node)));
      if (new Set(views).size === 1) return;
    }
    throw new Error("the nodes do not agree on who owns what");
  }
}
