import { describe, expect, test } from "vitest";
import { SLOT_COUNT, SlotSet } from "../../src/cluster/slot-set.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { directionOf, drawCommand, drawVictim } from "./command.ts";

const nodes = ["a:1", "b:1", "c:1"].map((address) => ({ address }) as RunningNode);
const slotsOf = new Map([
  ["a:1", SlotSet.ofRanges([{ first: 0, last: 5460 }])],
  ["b:1", SlotSet.ofRanges([{ first: 5461, last: 10922 }])],
  ["c:1", SlotSet.ofRanges([{ first: 10923, last: 16383 }])],
]);
const gatherWeight = 1.5;
const commands = Array.from({ length: 40 }, (_, seed) =>
  drawCommand({ direction: directionOf(seed), gatherWeight, nodes, slotsOf, random: new SeededRandom(seed) }),
);

test("seeds in a row send slots there and back", () => {
  expect([0, 1, 2, 3].map(directionOf)).toEqual(["gather", "spread", "gather", "spread"]);
});

test("commands come through every node, and slots are gathered by either command", () => {
  expect(new Set(commands.map(([, seed]) => seed)).size).toBe(3);
  expect(new Set(commands.map(([command]) => command))).toEqual(new Set(["rebalance", "reshard"]));
});

test("both commands gather as many slots", () => {
  const reshard = commands.find(([command]) => command === "reshard") ?? [];
  const asked = parseSlots(reshard.at(-1) ?? "");
  const share = (SLOT_COUNT * gatherWeight) / (gatherWeight + 2);
  expect(Math.abs(5461 + asked.size - share)).toBeLessThan(2);
  expect(asked.intersect(slotsOf.get("a:1") ?? SlotSet.empty).size).toBe(0);
});

describe("who dies", () => {
  test.each([
    { kill: "target", direction: "gather", victims: [0] },
    { kill: "source", direction: "spread", victims: [0] },
    { kill: "source", direction: "gather", victims: [1, 2] },
    { kill: "target", direction: "spread", victims: [1, 2] },
    { kill: "cli", direction: "gather", victims: [undefined] },
    { kill: "sigint", direction: "spread", victims: [undefined] },
  ] as const)("$kill while slots $direction: $victims", ({ kill, direction, victims }) => {
    const random = new SeededRandom(3);
    const drawn = new Set(Array.from({ length: 20 }, () => drawVictim({ kill, direction, random })));
    expect(drawn).toEqual(new Set(victims));
  });
});
