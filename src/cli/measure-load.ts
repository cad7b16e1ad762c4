import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../cluster/address.ts";
import type { ClusterLoad, LoadMeasure, SlotLoad } from "../cluster/slot-load.ts";
import { type ClusterNode, ownersOf, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import { SLOT_KEYS_SEEN_MAX } from "../plan/survey.ts";
import { eachNode } from "../wire/each-node.ts";
import type { LoadStats, NodeClient, SlotStats } from "../wire/node-client.ts";
import { Room } from "../wire/room.ts";
import { bytesOf, sampleSizes } from "../wire/sample-sizes.ts";
import { type RateMeasure, ratesBetween, type StatsSample } from "./rates-between.ts";
import { refuseUncounted, refuseUnsized } from "./refuse-unmeasured.ts";

/** How many names of keys are held at once, whatever the nodes hold. */
const NAMES_HELD_MAX = SLOT_KEYS_SEEN_MAX;

export interface LoadClients {
  at(
    address: Address,
  ): Pick<NodeClient, "databases" | "countKeys" | "keysIn" | "sizesOf" | "loadStats" | "frequenciesOf">;
}

export interface MeasureLoad {
  readonly clients: LoadClients;
  readonly measure: LoadMeasure;
  /** Between two samples of counters, and for how long keys are looked at. */
  readonly seconds: number;
  readonly tell: (line: string) => void;
  /** Lets the time between two samples pass, and shows it where there is somebody to look. */
  readonly letPass: (seconds: number) => Promise<void>;
}

/** A node that answers, with the keys in each of its slots. */
export interface MeasuredNode {
  readonly node: ClusterNode;
  readonly client: ReturnType<LoadClients["at"]>;
  readonly keysIn: ReadonlyMap<number, number>;
}

/**
 * Finds out what each slot of the cluster carries, on all primaries side by side. Nothing is changed.
 *
 * @throws Refused where a node cannot tell, with what can be had in its place.
 */
export async function measureLoad(topology: Topology, asked: MeasureLoad): Promise<ClusterLoad> {
  const nodes = await countKeys(topology, asked.clients);
  switch (asked.measure) {
    case "keys":
      return { ...COUNTED, measure: "keys", slots: slotLoads(nodes, (keys) => keys) };
    case "memory":
      return await measureMemory(nodes, asked);
    case "cpu":
    case "network":
    case "ops":
      return await measureRates(nodes, { ...asked, measure: asked.measure, topology });
  }
}

const COUNTED = { how: "counted", seconds: undefined, keysSeen: undefined } as const;

async function countKeys(topology: Topology, clients: LoadClients): Promise<MeasuredNode[]> {
  const owners = ownersOf(topology).flatMap((node) => (node.view ? [{ node, at: node.view.address }] : []));
  return await eachNode(owners, async ({ node, at }): Promise<MeasuredNode> => {
    const client = clients.at(at);
    const slots = [...node.slots];
    const counts: number[] = [];
    for (let start = 0; start < slots.length; start += COUNTED_AT_ONCE) {
      counts.push(...(await client.countKeys(slots.slice(start, start + COUNTED_AT_ONCE))));
    }
    return { node, client, keysIn: new Map(slots.map((slot, index) => [slot, counts[index] ?? 0])) };
  });
}

const COUNTED_AT_ONCE = 1000;

/** With what a key of the node weighs on average, for the bytes that moving it takes. */
function slotLoads(
  nodes: readonly MeasuredNode[],
  loadOf: (keys: number, slot: number, node: MeasuredNode) => number,
): Map<number, SlotLoad> {
  return new Map(
    nodes.flatMap((each) => {
      const { keys = 0, datasetBytes = 0 } = each.node.view ?? {};
      const bytesPerKey = keys > 0 ? datasetBytes / keys : 0;
      return [...each.keysIn].map(([slot, held]): [number, SlotLoad] => [
        slot,
        { slot, keys: held, load: loadOf(held, slot, each), bytes: held * bytesPerKey },
      ]);
    }),
  );
}

async function measureMemory(
  nodes: readonly MeasuredNode[],
  { seconds, tell }: Pick<MeasureLoad, "seconds" | "tell">,
): Promise<ClusterLoad> {
  const stats = await eachNode(
    nodes,
    async ({ client }) => (await client.loadStats().catch(whereDenied)).slots,
  );
  if (nodes.every((node, at) => tellsMemory(node, stats[at]))) {
    const bytes = new Map(stats.flatMap((each) => [...(each ?? [])]));
    const slots = slotLoads(nodes, (_keys, slot) => bytes.get(slot)?.memoryBytes ?? 0);
    return { ...COUNTED, measure: "memory", slots: weighingThemselves(slots) };
  }
  const room = new Room(NAMES_HELD_MAX);
  const clock = { nowMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
  const untilMs = clock.nowMs() + seconds * 1000;
  tell(`Looking at keys of each slot, for ${seconds} s at most.`);
  const sizes = await eachNode(nodes, ({ node, client, keysIn }) =>
    sampleSizes(client, { keysIn, datasetBytes: node.view?.datasetBytes ?? 0, untilMs, room, clock }),
  );
  refuseUnsized(nodes, sizes);
  const bySlot = new Map(sizes.flatMap((each) => [...each]));
  const slots = slotLoads(nodes, (_keys, slot) => {
    const size = bySlot.get(slot);
    return size ? bytesOf(size) : 0;
  });
  const keysSeen = [...bySlot.values()].reduce((sum, each) => sum + each.keysSeen, 0);
  return {
    measure: "memory",
    how: "sampled",
    seconds: undefined,
    keysSeen,
    slots: weighingThemselves(slots),
  };
}

/** Without the right to ask for counts, keys can still be looked at. */
function whereDenied(error: unknown): LoadStats {
  if (error instanceof NodeFailed && error.code === "denied") return { slots: undefined, commands: 0 };
  throw error;
}

function tellsMemory({ keysIn }: MeasuredNode, stats: ReadonlyMap<number, SlotStats> | undefined): boolean {
  return [...keysIn.keys()].every((slot) => stats?.get(slot)?.memoryBytes !== undefined);
}

/** Where memory is what was measured, it is also what moves. */
function weighingThemselves(slots: ReadonlyMap<number, SlotLoad>): Map<number, SlotLoad> {
  return new Map([...slots].map(([slot, each]) => [slot, { ...each, bytes: each.load }]));
}

async function measureRates(
  nodes: readonly MeasuredNode[],
  asked: Omit<MeasureLoad, "measure"> & { readonly measure: RateMeasure; readonly topology: Topology },
): Promise<ClusterLoad> {
  const { measure, seconds, topology, letPass } = asked;
  const first = await sampleStats(nodes);
  refuseUncounted({ nodes, stats: first.map(({ stats }) => stats), measure, topology });
  await letPass(seconds);
  const second = await sampleStats(nodes);
  refuseUncounted({ nodes, stats: second.map(({ stats }) => stats), measure, topology });
  const rates = nodes.map((_, at) => ratesBetween(first[at], second[at], measure));
  const bySlot = new Map(rates.flatMap((each) => [...each]));
  const slots = slotLoads(nodes, (_keys, slot) => bySlot.get(slot) ?? 0);
  return {
    measure,
    how: measure === "ops" ? "apportioned" : "counted",
    seconds,
    keysSeen: undefined,
    slots,
  };
}

async function sampleStats(nodes: readonly MeasuredNode[]): Promise<StatsSample[]> {
  return await eachNode(nodes, async ({ client }) => {
    const { slots = new Map<number, SlotStats>(), commands } = await client.loadStats();
    return { stats: slots, commands, atMs: performance.now() };
  });
}
