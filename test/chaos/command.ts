import { SLOT_COUNT, SlotSet } from "../../src/cluster/slot-set.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";
import type { SeededRandom } from "../support/sim-cluster-random.ts";
import { isNodeKill, type Kill } from "./movers.ts";

/** Slots are gathered at the first of three primaries until it has more than its share, or spread evenly again. */
export type Direction = "gather" | "spread";

export interface CommandInput {
  readonly direction: Direction;
  readonly gatherWeight: number;
  readonly nodes: readonly RunningNode[];
  /** By address. */
  readonly slotsOf: ReadonlyMap<string, SlotSet>;
  readonly random: SeededRandom;
}

/** Seeds in a row send slots there and back, so that a cluster serves for many trials. */
export function directionOf(seed: number): Direction {
  return seed % 2 === 0 ? "gather" : "spread";
}

/** A command that moves slots in the direction, given through any of the nodes. */
export function drawCommand({ direction, gatherWeight, nodes, slotsOf, random }: CommandInput): string[] {
  const addresses = nodes.map(({ address }) => address);
  const seed = addresses[random.below(addresses.length)] ?? "";
  const [first = "", ...others] = addresses;
  if (direction === "spread") return ["rebalance", seed, "--threshold", "0"];
  if (random.next() < 0.5)
    return ["rebalance", seed, "--threshold", "0", "--weight", `${first}=${gatherWeight}`];
  const kept = Math.round(SLOT_COUNT / (gatherWeight + others.length));
  const leaving = others.map((address) => {
    const slots = slotsOf.get(address) ?? SlotSet.empty;
    return slots.lowest(Math.max(0, slots.size - kept));
  });
  const slots = SlotSet.ofRanges(leaving.flatMap(({ ranges }) => ranges));
  return ["reshard", seed, "--to", first, "--from", "all", "--slot-ranges", slots.toString()];
}

/** Index of the node that dies; undefined where slotctl does. */
export function drawVictim({
  kill,
  direction,
  random,
}: {
  kill: Kill;
  direction: Direction;
  random: SeededRandom;
}): number | undefined {
  if (!isNodeKill(kill)) return undefined;
  const isFirst = (kill === "target") === (direction === "gather");
  return isFirst ? 0 : 1 + random.below(2);
}
