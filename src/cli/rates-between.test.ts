import { expect, test } from "vitest";
import type { SlotStats } from "../wire/node-client.ts";
import { ratesBetween } from "./rates-between.ts";

const stats = (cpuMicroseconds: number | undefined, networkBytes: number | undefined): SlotStats => ({
  memoryBytes: undefined,
  cpuMicroseconds,
  networkBytes,
});
const first = {
  atMs: 1000,
  commands: 100,
  stats: new Map([
    [1, stats(1000, 500)],
    [2, stats(9000, 100)],
  ]),
};
const second = {
  atMs: 3000,
  commands: 500,
  stats: new Map([
    [1, stats(4000, 900)],
    // Reset in between: it has counted from 0 since.
    [2, stats(1000, 200)],
    // New at this node.
    [3, stats(0, 60)],
  ]),
};

test.each([
  { measure: "cpu", rates: [1500, 500, 0] },
  { measure: "network", rates: [200, 50, 30] },
  { measure: "ops", rates: [150, 50, 0] },
] as const)("$measure is what was counted between the samples, for each second", ({ measure, rates }) => {
  expect([...ratesBetween(first, second, measure).values()]).toEqual(rates);
});

test("where CPU time is not counted, commands are divided as the network traffic", () => {
  const without = (sample: typeof first) => ({
    ...sample,
    stats: new Map(
      [...sample.stats].map(([slot, { networkBytes }]) => [slot, stats(undefined, networkBytes)]),
    ),
  });
  const rates = ratesBetween(without(first), without(second), "ops");
  expect([...rates.values()].reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(200);
  expect(rates.get(1)).toBeCloseTo((200 * 200) / 280);
});
