import keySlot from "cluster-key-slot";
import { expect, test } from "vitest";
import { SlotSet } from "../../../src/cluster/slot-set.ts";
import { emptySlots, farAway, largeValues, loadNames, oneSlot, smallKeys } from "./scenario.ts";

const sources = ["0-5460", "5461-10922", "10923-16383"].map((range) => {
  const [first = 0, last = 0] = range.split("-").map(Number);
  return SlotSet.ofRanges([{ first, last }]);
});
/** What a tool takes that takes the lowest of each, a third of 4096 rounded up. */
const moved = sources.reduce((all, slots) => all.union(slots.lowest(1366)), SlotSet.empty);

test("large values lie in slots that move, and there are a thousand of them", () => {
  const { names, valueBytes } = largeValues.keys(sources);
  expect({ names: new Set(names).size, valueBytes }).toEqual({ names: 1000, valueBytes: 1_000_000 });
  expect(names.filter((name) => !moved.has(keySlot(name)))).toEqual([]);
});

test("all keys of the one slot are in the lowest of the first source", () => {
  const { names } = oneSlot.keys(sources);
  expect(new Set(names.slice(0, 1000).map(keySlot))).toEqual(new Set([0]));
  expect(names).toHaveLength(1_000_000);
});

test("where empty slots move, the load keeps to slots that stay", () => {
  const names = loadNames(emptySlots, sources);
  expect(names.filter((name) => moved.has(keySlot(name)))).toEqual([]);
  expect(new Set(names).size).toBe(2000);
});

test("elsewhere it is in slots that move as well", () => {
  const names = loadNames(smallKeys, sources);
  const moving = names.filter((name) => moved.has(keySlot(name)));
  expect(moving.length / names.length).toBeCloseTo(0.25, 1);
});

test("a scenario far away is another one, for it needs other nodes", () => {
  expect(farAway(smallKeys)).toMatchObject({ isFar: true, slotCount: 4096 });
  expect(farAway(smallKeys).name).not.toBe(smallKeys.name);
});
