import { describe, expect, test } from "vitest";
import { aFakeTally } from "../../test/support/a-fake-tally.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import type { PairWait } from "../plan/run-event.ts";
import { KeyRate } from "./key-rate.ts";
import { LimitedPace } from "./limited-pace.ts";

const address = { host: "10.0.0.1", port: 6379 };

interface Met {
  readonly address: typeof address;
  readonly roundTripMs: number | undefined;
  nowMs: number;
  usualMs: number;
}

function met(nowMs: number, usualMs: number, roundTripMs?: number): Met {
  return { address, roundTripMs, nowMs, usualMs };
}

/** The pace of a pair whose source is as the test says. */
function paced(
  { maxLatencyMs = 10, keysPerSecond }: { maxLatencyMs?: number; keysPerSecond?: number },
  source: Met,
) {
  const stop = new AbortController();
  const waits: (PairWait | undefined)[] = [];
  const fake = aFakeApplyContext({ signal: stop.signal });
  const context = { ...fake.context, moving: { ...fake.context.moving, maxLatencyMs } };
  const rate = keysPerSecond === undefined ? undefined : new KeyRate(fake.clock, keysPerSecond);
  const watches = maxLatencyMs === 0 ? [] : [source];
  const pace = new LimitedPace(context, {
    watch: () => watches,
    rate,
    tally: { ...aFakeTally(), waitsFor: (what) => void waits.push(what) },
  });
  /** How long one turn was waited for. */
  const turn = async (keys = 10): Promise<number> => {
    const startMs = fake.clock.nowMs();
    await pace.awaitTurn(keys);
    return fake.clock.nowMs() - startMs;
  };
  return { pace, turn, waits, stop, clock: fake.clock };
}

describe("clients", () => {
  test("who wait little hold nothing up", async () => {
    const { turn } = paced({}, met(2, 3));
    for (let index = 0; index < 20; index++) expect(await turn()).toBe(0);
  });

  test("who would wait longer than the limit are told of, and a pause is made that has an end", async () => {
    const { turn, waits } = paced({}, met(40, 0));
    const waitedMs = await turn();
    expect(waitedMs).toBeGreaterThanOrEqual(90);
    expect(waitedMs).toBeLessThan(200);
    expect(waits[0]).toEqual({ kind: "latency", node: "10.0.0.1:6379", latencyMs: 40 });
    expect(waits.at(-1)).toBeUndefined();
  });

  test("are told of no longer once work goes on that no keys travel for", async () => {
    const { pace, waits } = paced({}, met(40, 0));
    await pace.awaitCalm();
    expect(waits[0]).toMatchObject({ kind: "latency" });
    expect(waits.at(-1)).toBeUndefined();
  });

  test("who wait as long without us are not waited for again at once", async () => {
    const { turn, clock } = paced({}, met(40, 0));
    expect(await turn()).toBeGreaterThan(0);
    expect(await turn()).toBe(0);
    clock.pass(1000);
    expect(await turn()).toBeGreaterThan(0);
  });

  test("of whom many wait nearly as long make the gaps grow up to a bound; these close again by themselves", async () => {
    const source = met(0, 9);
    const { turn, clock } = paced({}, source);
    const gaps: number[] = [];
    for (let index = 0; index < 60; index++) {
      clock.pass(60);
      gaps.push(await turn());
    }
    expect(gaps[0]).toBeGreaterThan(0);
    expect(gaps[10]).toBeGreaterThan(gaps[0] ?? 0);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5);
    source.usualMs = 0.5;
    for (let index = 0; index < 30; index++) {
      clock.pass(60);
      await turn();
    }
    expect(await turn()).toBe(0);
  });
});

test("keys per second are waited for, and not any more once the run is asked to stop", async () => {
  const { turn, waits, stop } = paced({ maxLatencyMs: 0, keysPerSecond: 100 }, met(0, 0));
  expect(await turn(50)).toBe(0);
  expect(await turn(50)).toBeGreaterThanOrEqual(400);
  expect(waits).toContainEqual({ kind: "rate" });
  stop.abort();
  expect(await turn(50)).toBe(0);
});

test("a turn after the stop says that nothing new may begin", async () => {
  const { pace, stop } = paced({}, met(0, 0));
  expect(await pace.awaitTurn(1)).toBe(true);
  stop.abort();
  expect(await pace.awaitTurn(1)).toBe(false);
});

test.each([
  { what: "a short line", maxLatencyMs: 10, roundTripMs: 0.1, bites: 1 },
  { what: "a long line", maxLatencyMs: 10, roundTripMs: 1, bites: 2 },
  { what: "no limit", maxLatencyMs: 0, roundTripMs: 0.1, bites: 2 },
])("$what: $bites at once", ({ maxLatencyMs, roundTripMs, bites }) => {
  const { pace } = paced({ maxLatencyMs, keysPerSecond: 1 }, met(0, 0, roundTripMs));
  expect(pace.bitesInFlight).toBe(bites);
});
