import fc from "fast-check";
import { expect, test } from "vitest";
import type { MoveProgress, PairProgress, PairWait } from "../plan/run-event.ts";
import { drawMoves } from "./draw-moves.ts";
import { makeTheme } from "./theme.ts";

const theme = makeTheme({ colour: false, unicode: false });
const canvas = { theme, columns: 77, pairsMax: 8, rates: [] };
const pair = (from: string, slotsDone: number, changes: Partial<PairProgress> = {}): PairProgress => ({
  from,
  to: "10.0.0.4:6379",
  slotsDone,
  slotsTotal: 1000,
  keysDone: slotsDone * 10,
  keysTotal: 10_000,
  bytesDone: undefined,
  mover: "classic",
  waitsFor: undefined,
  ...changes,
});
const progress = (changes: Partial<MoveProgress> = {}): MoveProgress => ({
  slotsDone: 1500,
  slotsTotal: 3000,
  keysDone: 15_000,
  keysTotal: 30_000,
  keysPerSecond: 12_345.6,
  etaSeconds: 1.2,
  pairs: [pair("10.0.0.1:6379", 1000), pair("10.0.0.2:6379", 500)],
  ...changes,
});
const late: PairWait = { kind: "latency", node: "10.0.0.2:6379", latencyMs: 14.3 };
const rate = (keysPerSecond: number) => ({ keysPerSecond, etaSeconds: 2 });

test("shows a bar, its figures, and the pairs that are still under way first", () => {
  expect(drawMoves(progress(), { ...canvas, columns: 117, rates: [rate(0), rate(6000)] })).toEqual([
    "Moving slots (classic)  ############------------   50 %  2 s left",
    "  1,500 of 3,000 slots, 15,000 of 30,000 keys, 12,346 keys/s",
    "                                                  slots    keys",
    "  10.0.0.2:6379 -> 10.0.0.4:6379  ####----    500/1,000   5,000  6,000 keys/s, 2 s left",
    "  10.0.0.1:6379 -> 10.0.0.4:6379  ########  1,000/1,000  10,000  done",
  ]);
});

test("80 columns have room for what a pair does, not for all of its figures", () => {
  const pairs = [pair("10.0.0.1:6379", 1000), pair("10.0.0.2:6379", 500, { waitsFor: late })];
  expect(drawMoves(progress({ pairs }), canvas).slice(2)).toEqual([
    "                                        slots",
    "  10.0.0.2:6379 -> 10.0.0.4:6379    500/1,000  source answers after 14 ms",
    "  10.0.0.1:6379 -> 10.0.0.4:6379  1,000/1,000  done",
  ]);
});

test("bytes are told where all who moved keys see them, movers where there are several", () => {
  const pairs = [
    pair("10.0.0.1:6379", 100, { bytesDone: 5_000_000, mover: "valkey-atomic" }),
    pair("10.0.0.2:6379", 500, { bytesDone: 1_000_000 }),
  ];
  const lines = drawMoves(progress({ pairs }), { ...canvas, columns: 117 });
  expect(lines[0]).toMatch(/^Moving slots {2}#/);
  expect(lines[1]).toContain("15,000 of 30,000 keys, 5.7 MB, 12,346 keys/s");
  expect(lines[3]).toMatch(/100\/1,000 {2}1,000 {2}4.8 MB {2}valkey-atomic$/);
  const [first, second] = pairs;
  if (!first || !second) throw new Error("the pairs are gone");
  const partly = [first, { ...second, bytesDone: undefined }];
  expect(drawMoves(progress({ pairs: partly }), canvas)[1]).not.toContain("MB");
});

test.each<{ waitsFor: PairWait; text: string }>([
  { waitsFor: late, text: "10.0.0.2:6379 answers after 14 ms" },
  { waitsFor: { kind: "turn" }, text: "its turn" },
  { waitsFor: { kind: "rate" }, text: "the limit of keys per second" },
  { waitsFor: { kind: "servers", state: "snapshotting", reason: "" }, text: "servers at snapshotting" },
  {
    waitsFor: { kind: "servers", state: "failed", reason: "Connection lost" },
    text: "servers at failed: Connection lost",
  },
])("one pair needs no line of its own, but for what it waits for: $text", ({ waitsFor, text }) => {
  const moving = [pair("10.0.0.2:6379", 1)];
  expect(drawMoves(progress({ pairs: moving, etaSeconds: undefined }), canvas)).toEqual([
    "Moving slots (classic)  ############------------   50 %",
    "  1,500 of 3,000 slots, 15,000 of 30,000 keys, 12,346 keys/s",
  ]);
  const pairs = moving.map((each) => ({ ...each, waitsFor }));
  expect(drawMoves(progress({ pairs }), canvas).slice(2)).toEqual([`  waiting: ${text}`]);
});

test("more pairs than a screen holds are counted, those that are done or in line behind the others", () => {
  const pairs = Array.from({ length: 29 }, (_, at) =>
    pair(`10.0.1.${at}:6379`, at < 5 ? 1000 : at, at < 20 ? { waitsFor: { kind: "turn" } } : {}),
  );
  const lines = drawMoves(progress({ pairs }), canvas);
  expect(lines).toHaveLength(2 + 1 + 8 + 1);
  expect(lines.at(-1)).toBe("  ... and 21 more pairs, 5 of them done");
  expect(lines.slice(3, -1).map((line) => Number(/10\.0\.1\.(\d+)/.exec(line)?.[1]))).toEqual([
    20, 21, 22, 23, 24, 25, 26, 27,
  ]);
});

test("one pair too many is shown all the same", () => {
  const pairs = Array.from({ length: 9 }, (_, at) => pair(`10.0.1.${at}:6379`, at));
  expect(drawMoves(progress({ pairs }), canvas).at(-1)).toContain("10.0.1.8:6379");
});

const aPair = fc
  .record({
    from: fc.constantFrom("10.0.0.1:6379", "127.0.0.1:12001", "192.168.100.200:16379"),
    slotsDone: fc.nat({ max: 1000 }),
    keysDone: fc.nat({ max: 10_000_000 }),
    bytesDone: fc.option(fc.nat({ max: 1e12 }), { nil: undefined }),
    mover: fc.constantFrom("classic" as const, "valkey-atomic" as const),
    waitsFor: fc.option(
      fc.constantFrom<PairWait>(
        late,
        { kind: "turn" },
        { kind: "rate" },
        { kind: "servers", state: "waiting-to-pause", reason: "the replica's output buffer is full" },
      ),
      { nil: undefined },
    ),
  })
  .map(({ from, slotsDone, ...changes }) => pair(from, slotsDone, changes));

test("no line is wider than the screen, whatever is moved and whatever is waited for", () => {
  const moves = fc.record({
    pairs: fc.array(aPair, { minLength: 1, maxLength: 40 }),
    slotsTotal: fc.integer({ min: 1, max: 16_384 }),
    keysTotal: fc.nat({ max: 1e9 }),
    keysPerSecond: fc.nat({ max: 1e6 }),
    etaSeconds: fc.option(fc.nat({ max: 1e6 }), { nil: undefined }),
  });
  const size = fc.record({
    columns: fc.integer({ min: 40, max: 200 }),
    pairsMax: fc.integer({ min: 3, max: 16 }),
  });
  fc.assert(
    fc.property(moves, size, (changes, { columns, pairsMax }) => {
      const rates = changes.pairs.map(() => ({ keysPerSecond: 1_234_567, etaSeconds: 123_456 }));
      const lines = drawMoves(progress(changes), { theme, columns, pairsMax, rates });
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      // Four lines of figures at most where the screen is narrow, then headings, pairs and those not shown.
      expect(lines.length).toBeLessThanOrEqual(7 + pairsMax + 2);
    }),
  );
});

test("it is never said to be over before the last slot has changed hands, and never past the end", () => {
  const figures = fc.record({
    slotsDone: fc.nat({ max: 3000 }),
    keysDone: fc.nat({ max: 60_000 }),
    keysTotal: fc.nat({ max: 30_000 }),
  });
  fc.assert(
    fc.property(figures, (changes) => {
      const [head = ""] = drawMoves(progress(changes), canvas);
      const percent = Number(/(\d+) %/.exec(head)?.[1]);
      expect(percent === 100).toBe(changes.slotsDone === 3000);
      expect(percent).toBeLessThanOrEqual(100);
    }),
  );
});
