import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { SLOT_COUNT, SlotSet } from "../../src/cluster/slot-set.ts";
import type { TestServer } from "../servers/test-server.ts";
import { findBrokenKeys, type KeySet, loadKeys } from "../support/keys.ts";
import { aLiveCluster, type LiveCluster, nodeAt } from "../support/live-cluster.ts";
import { askAll, fieldOf, selfOf, viewOf } from "../support/live-node.ts";
import { eventually } from "../support/live-wait.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";
import { activeJobs } from "./active-jobs.ts";
import { describeHeld, describeRead } from "./held.ts";
import type { KeyLedger } from "./key-ledger.ts";
import { isNodeKill, type Kill } from "./movers.ts";
import { readKeys } from "./read-keys.ts";

/** Where slots are, as each node says of itself. */
export interface Layout {
  readonly slotsOf: ReadonlyMap<string, SlotSet>;
  readonly open: SlotSet;
  readonly jobs: readonly string[];
}

const READY_TIMEOUT_MS = 60_000;
/** What is trimmed after an atomic move is gone soon, and not at once. */
const TRIM_TIMEOUT_MS = 15_000;
const NAMED_MAX = 5;

/** Three primaries that share slots and keys, in one of two layouts: even, or with half of all at the first. */
export class ChaosCluster implements AsyncDisposable {
  readonly #cluster: LiveCluster;
  readonly #keys: KeySet;

  private constructor(cluster: LiveCluster, keys: KeySet) {
    this.#cluster = cluster;
    this.#keys = keys;
  }

  static async form(
    server: TestServer,
    { kill, keys }: { kill: Kill; keys: { count: number; valueBytes: number } },
  ): Promise<ChaosCluster> {
    const cluster = await aLiveCluster({ server, config: settingsFor(kill) });
    const set: KeySet = { port: nodeAt(cluster.nodes, 0).port, ...keys };
    try {
      await loadKeys(set);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return new ChaosCluster(cluster, set);
  }

  get nodes(): readonly RunningNode[] {
    return this.#cluster.nodes;
  }

  node(index: number): RunningNode {
    return nodeAt(this.nodes, index);
  }

  /** By address. Nodes that are down are left out. */
  async layout(): Promise<Layout> {
    const running = this.nodes.filter((node) => node.isRunning);
    const selves = await Promise.all(running.map(selfOf));
    const jobs = await Promise.all(running.map(activeJobs));
    return {
      slotsOf: new Map(running.map((node, index) => [node.address, selves[index]?.slots ?? SlotSet.empty])),
      open: SlotSet.of(selves.flatMap(({ openSlots }) => openSlots.map(({ slot }) => slot))),
      jobs: jobs.flat(),
    };
  }

  /** Starts a node again unless it runs. */
  async bringBack(index: number, afterMs = 0): Promise<void> {
    await delay(afterMs);
    if (!this.node(index).isRunning) await this.node(index).restart();
  }

  /** As an operator would wait before going on: all nodes are up and see the cluster as ok. */
  async awaitHealthy(): Promise<void> {
    const states = () =>
      Promise.all(
        this.nodes.map(
          async (node) => `${node.address} ${await fieldOf(node, ["CLUSTER", "INFO"], "cluster_state")}`,
        ),
      );
    await eventually(states, (seen) => seen.every((state) => state.endsWith(" ok")), {
      timeoutMs: READY_TIMEOUT_MS,
      what: "cluster_state ok everywhere",
    });
  }

  /** What is wrong with a cluster at rest, where these slots have moved; nothing if every promise was kept. */
  async faults(ledgers: ReadonlyMap<string, KeyLedger>, moved: SlotSet): Promise<string[]> {
    return [
      ...(await this.#unsettled()),
      ...(await this.#strayKeys(moved)),
      ...(await this.#wrongWrites(ledgers)),
      ...named("keys from before are gone or changed", await findBrokenKeys(this.#keys)),
    ];
  }

  async #unsettled(): Promise<string[]> {
    const { open, jobs, slotsOf } = await this.layout();
    const views = new Set(await Promise.all(this.nodes.map(viewOf)));
    const covered = [...slotsOf.values()].reduce((sum, slots) => sum + slots.size, 0);
    return [
      ...(open.size > 0 ? [`slots ${open} are open`] : []),
      ...jobs.map((job) => `a job is left: ${job}`),
      ...(views.size > 1 ? [`views differ:\n${[...views].join("\n--\n")}`] : []),
      ...(covered === SLOT_COUNT
        ? []
        : [`${covered} slots have an owner by their own word, not ${SLOT_COUNT}`]),
    ];
  }

  async #strayKeys(moved: SlotSet): Promise<string[]> {
    const stray = await Promise.all(
      this.nodes.map(async (node) => {
        const foreign = [...moved.minus((await selfOf(node)).slots)];
        const count = async () => {
          const counts = await askAll(
            node,
            foreign.map((slot) => ["CLUSTER", "COUNTKEYSINSLOT", slot]),
          );
          return foreign.flatMap((slot, index) =>
            counts[index] === 0 ? [] : [`${slot} (${String(counts[index])})`],
          );
        };
        try {
          await eventually(count, (slots) => slots.length === 0, { timeoutMs: TRIM_TIMEOUT_MS });
          return [];
        } catch (error) {
          const slots = await count();
          if (slots.length === 0) throw error;
          return named(`slots that ${node.address} does not own have keys there`, slots);
        }
      }),
    );
    return stray.flat();
  }

  /** Holds every key that was written against what was acknowledged, on the node that owns it. */
  async #wrongWrites(ledgers: ReadonlyMap<string, KeyLedger>): Promise<string[]> {
    const { slotsOf } = await this.layout();
    const faults = await Promise.all(
      this.nodes.map(async (node) => {
        const slots = slotsOf.get(node.address) ?? SlotSet.empty;
        const names = [...ledgers.keys()].filter((name) => slots.has(keySlot(name)));
        const reads = await readKeys(node, names);
        return names.flatMap((name, index) => {
          const read = reads[index];
          const ledger = ledgers.get(name);
          if (!read || !ledger) return [`${name} could not be read`];
          if (ledger.isAsRead(read)) return [];
          const held = ledger.possible.map(describeHeld).join(" or ");
          return [
            `${name} (slot ${keySlot(name)}) holds ${describeRead(read)} at ${node.address}, not ${held}`,
          ];
        });
      }),
    );
    return faults.flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster[Symbol.asyncDispose]();
  }
}

/** A node that is killed has to have written what it acknowledged; where only slotctl dies, that would just be slow. */
function settingsFor(kill: Kill): Record<string, string> {
  if (!isNodeKill(kill)) return {};
  return { appendonly: "yes", appendfsync: "always", "auto-aof-rewrite-percentage": "0" };
}

function named(what: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const more = all.length > NAMED_MAX ? ` and ${all.length - NAMED_MAX} more` : "";
  return [`${what}: ${all.slice(0, NAMED_MAX).join(", ")}${more}`];
}
