import type { SlotSet } from "../../../src/cluster/slot-set.ts";
import { type BenchKeys, namesIn } from "./bench-keys.ts";

/** What is in the cluster, and what of it moves to the node that joined. Rows of one scenario share a cluster. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Slots to move: from all sources alike, the lowest of each, or the lowest of the first. */
  readonly slotCount: number;
  readonly from: "all" | "first";
  /** Whether it is a way from whoever moves to the nodes, and from node to node. */
  readonly isFar: boolean;
  /** Given the slots of each source. */
  readonly keys: (sources: readonly SlotSet[]) => BenchKeys;
  /** Keys of the load that runs beside the move: anywhere, or only in slots that stay. */
  readonly loadSlots: "all" | "staying";
}

const loadKeyCount = 2000;
const valueBytes = 100;
const from3 = "from 3 primaries to a new one";
const moved4096 = { slotCount: 4096, from: "all", isFar: false } as const;

/** A quarter of the slots moves, and so a quarter of the keys. */
export const smallKeys: Scenario = {
  ...moved4096,
  name: "small-keys",
  title: `4096 slots with 250,000 keys of 100 bytes, ${from3}`,
  keys: () => ({ names: namesIn("key", 1_000_000, () => true), valueBytes }),
  loadSlots: "all",
};

export const emptySlots: Scenario = {
  ...moved4096,
  name: "empty-slots",
  title: `4096 empty slots, ${from3}`,
  keys: () => ({ names: [], valueBytes }),
  loadSlots: "staying",
};

export const largeValues: Scenario = {
  ...moved4096,
  name: "large-values",
  title: `4096 slots with 1,000 values of 1 MB, ${from3}`,
  keys: (sources) => ({
    names: namesIn("large", 1000, (slot) => sources.some((slots) => isSureToMove(slot, slots))),
    valueBytes: 1_000_000,
  }),
  loadSlots: "all",
};

export const oneSlot: Scenario = {
  name: "one-slot",
  title: "one slot with 1,000,000 keys of 100 bytes",
  slotCount: 1,
  from: "first",
  isFar: false,
  keys: ([first]) => {
    const [lowest = 0] = [...(first ?? [])];
    const [tag = ""] = namesIn("tag", 1, (slot) => slot === lowest);
    return { names: Array.from({ length: 1_000_000 }, (_, number) => `{${tag}}:${number}`), valueBytes };
  },
  loadSlots: "all",
};

export function farAway(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}-far`,
    title: `${scenario.title}, far away`,
    isFar: true,
  };
}

export function loadNames(scenario: Scenario, sources: readonly SlotSet[]): string[] {
  const stays = (slot: number) => sources.some((slots) => isSureToStay(slot, slots));
  return namesIn("load", loadKeyCount, scenario.loadSlots === "staying" ? stays : () => true);
}

/** Of three sources of 5461 slots or one more each gives the lowest 1365 at least and 1366 at most. */
function isSureToMove(slot: number, slots: SlotSet): boolean {
  return slots.lowest(1365).has(slot);
}

function isSureToStay(slot: number, slots: SlotSet): boolean {
  return slots.has(slot) && !slots.lowest(1400).has(slot);
}
