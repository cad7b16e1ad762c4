import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { MoveProgress, RunEvent } from "../plan/run-event.ts";
import { MoveTally } from "./move-tally.ts";

const pair = {
  from: "10.0.0.1:6379",
  to: "10.0.0.2:6379",
  slotsTotal: 10,
  keysTotal: 1000,
  mover: "classic" as const,
};

function aTally(): { clock: FakeClock; tally: MoveTally; told: MoveProgress[] } {
  const clock = new FakeClock();
  const told: MoveProgress[] = [];
  const tally = new MoveTally(clock, (event: RunEvent) => {
    if (event.event !== "progress") throw new Error(`a tally tells of ${event.event}`);
    told.push(event);
  });
  return { clock, tally, told };
}

test("nothing moved is nothing in no time, and nothing to tell", () => {
  const { tally, told } = aTally();
  tally.flush();
  expect(tally.moved).toEqual({ slots: 0, keys: 0, seconds: 0, movers: [] });
  expect(told).toEqual([]);
});

test("sums up all pairs, those of the same two nodes too", () => {
  const { clock, tally, told } = aTally();
  const first = tally.begin(pair);
  const second = tally.begin({ ...pair, slotsTotal: 5, keysTotal: 0 });
  clock.pass(2000);
  first.keysMoved(400);
  first.slotsMoved(4);
  second.slotsMoved(1);
  tally.flush();
  expect(tally.moved).toEqual({
    slots: 5,
    keys: 400,
    seconds: 2,
    movers: [{ mover: "classic", slots: 5, keys: 400 }],
  });
  expect(told.at(-1)).toMatchObject({
    slotsDone: 5,
    slotsTotal: 15,
    keysDone: 400,
    keysTotal: 1000,
    keysPerSecond: 200,
    pairs: [
      { ...pair, slotsDone: 4, keysDone: 400 },
      { from: pair.from, slotsDone: 1, keysDone: 0 },
    ],
  });
});

test("tells the movers apart, the one with most slots first, and leaves out who has moved nothing", () => {
  const { tally } = aTally();
  const [classic, ...atomics] = [
    tally.begin(pair),
    tally.begin({ ...pair, mover: "redis-atomic" }),
    tally.begin({ ...pair, mover: "redis-atomic" }),
  ];
  tally.begin({ ...pair, mover: "valkey-atomic" });
  classic?.slotsMoved(5);
  for (const atomic of atomics) {
    atomic.slotsMoved(3);
    atomic.keysMoved(100);
  }
  expect(tally.moved.movers).toEqual([
    { mover: "redis-atomic", slots: 6, keys: 200 },
    { mover: "classic", slots: 5, keys: 0 },
  ]);
});

test("what a pair moved before it fell back to another mover stays with the one that moved it", () => {
  const { tally, told } = aTally();
  const moving = tally.begin({ ...pair, mover: "redis-atomic" });
  moving.slotsMoved(4);
  moving.keysMoved(300);
  moving.movesWith("classic");
  moving.slotsMoved(6);
  moving.keysMoved(700);
  tally.flush();
  expect(tally.moved.movers).toEqual([
    { mover: "classic", slots: 6, keys: 700 },
    { mover: "redis-atomic", slots: 4, keys: 300 },
  ]);
  expect(told.at(-1)?.pairs).toMatchObject([{ mover: "classic", slotsDone: 10, keysDone: 1000 }]);
});

test.each([
  { what: "less", left: { slots: 2, keys: 100 }, totals: { slotsTotal: 5, keysTotal: 400 } },
  { what: "more", left: { slots: 7, keys: 900 }, totals: { slotsTotal: 10, keysTotal: 1200 } },
])("totals follow where $what is left than was announced", ({ left, totals }) => {
  const { tally, told } = aTally();
  const moving = tally.begin(pair);
  moving.slotsMoved(3);
  moving.keysMoved(300);
  moving.isToMove(left);
  tally.flush();
  expect(told.at(-1)).toMatchObject({ ...totals, slotsDone: 3, keysDone: 300, pairs: [totals] });
});

test("time is counted from the first pair to the last slot that arrived", () => {
  const { clock, tally } = aTally();
  const moving = tally.begin(pair);
  clock.pass(1500);
  moving.slotsMoved(10);
  clock.pass(60_000);
  expect(tally.moved.seconds).toBe(1.5);
});

test("is told at most ten times a second, the first time at once", () => {
  const { clock, tally, told } = aTally();
  const moving = tally.begin(pair);
  for (let ms = 0; ms <= 1000; ms += 10) {
    moving.keysMoved(1);
    clock.pass(10);
  }
  expect(told.map(({ keysDone }) => keysDone)).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 101]);
});

test("flush tells the end, however short ago it was last told", () => {
  const { tally, told } = aTally();
  const moving = tally.begin(pair);
  moving.keysMoved(1);
  moving.keysMoved(1);
  tally.flush();
  expect(told.map(({ keysDone }) => keysDone)).toEqual([1, 2]);
});

test("what was told stays as it was", () => {
  const { clock, tally, told } = aTally();
  const moving = tally.begin(pair);
  moving.keysMoved(1);
  clock.pass(1000);
  moving.keysMoved(1);
  expect(told.map(({ pairs }) => pairs[0]?.keysDone)).toEqual([1, 2]);
});

test.each([
  { what: "slots and keys alike", slots: 5, keys: 500, eta: 4 },
  { what: "keys further behind than slots", slots: 8, keys: 200, eta: 13.5 },
  { what: "slots further behind than keys", slots: 6, keys: 810, eta: 1 },
  { what: "nothing done yet", slots: 0, keys: 0, eta: undefined },
  { what: "more keys than were counted", slots: 10, keys: 1200, eta: 0 },
])("what is left follows from slots and keys together: $what", ({ slots, keys, eta }) => {
  const { clock, tally, told } = aTally();
  const moving = tally.begin(pair);
  clock.pass(4000);
  moving.keysMoved(keys);
  moving.slotsMoved(slots);
  tally.flush();
  expect(told.at(-1)?.etaSeconds).toBe(eta);
});

test("the first slots may hold almost all keys, and the end is not hours away", () => {
  const { clock, tally, told } = aTally();
  const moving = tally.begin({ ...pair, slotsTotal: 5461, keysTotal: 97_774 });
  clock.pass(3400);
  moving.keysMoved(91_204);
  moving.slotsMoved(2);
  tally.flush();
  expect(told.at(-1)?.etaSeconds).toBeLessThan(10);
});

test("empty slots have an end in sight as well", () => {
  const { clock, tally, told } = aTally();
  const moving = tally.begin({ ...pair, keysTotal: 0 });
  clock.pass(1000);
  moving.slotsMoved(5);
  expect(told.at(-1)).toMatchObject({ keysPerSecond: 0, etaSeconds: 1 });
});
