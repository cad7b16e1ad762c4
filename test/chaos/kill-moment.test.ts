import { expect, test } from "vitest";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { drawMoment, type Pace, triggerOf } from "./kill-moment.ts";
import { paceOf, toldBy } from "./told.ts";

const pace: Pace = { runMs: 1000, moveMs: 400, progressLines: 8 };

test("the same seed gives the same moment", () => {
  const draw = (seed: number) => drawMoment(new SeededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(draw(seed)))).size).toBe(20);
});

test("most moments are in the move, and a few are anywhere", () => {
  const random = new SeededRandom(1);
  const moments = Array.from({ length: 1000 }, () => drawMoment(random));
  const count = (during: string) => moments.filter((moment) => moment.during === during).length;
  expect(count("move")).toBeGreaterThan(550);
  expect(count("event")).toBeGreaterThan(200);
  expect(count("run")).toBeGreaterThan(40);
  for (const moment of moments) {
    const { afterProgressLines, delayMs } = triggerOf(moment, pace);
    expect(delayMs).toBeGreaterThanOrEqual(0);
    expect(delayMs).toBeLessThan(pace.runMs);
    expect(afterProgressLines).toBeLessThanOrEqual(pace.progressLines);
  }
});

test.each([
  { moment: { during: "run", part: 0.5 }, trigger: { afterProgressLines: 0, delayMs: 500 } },
  {
    moment: { during: "move", part: 0.5 },
    trigger: { afterProgressLines: 1, delayMs: 200, orPartDone: 0.5 },
  },
  {
    moment: { during: "event", part: 0, delayMs: 3 },
    trigger: { afterProgressLines: 1, delayMs: 3, orPartDone: 0 },
  },
  {
    moment: { during: "event", part: 0.99, delayMs: 3 },
    trigger: { afterProgressLines: 8, delayMs: 3, orPartDone: 0.99 },
  },
] as const)("$moment.during at $moment.part", ({ moment, trigger }) => {
  expect(triggerOf(moment, pace)).toEqual(trigger);
});

const LINES = [
  { event: "plan", at: "2026-01-01T00:00:00.000Z" },
  { event: "step-start", at: "2026-01-01T00:00:00.100Z", kind: "move-slots" },
  { event: "step-start", at: "2026-01-01T00:00:00.101Z", kind: "move-slots" },
  {
    event: "progress",
    at: "2026-01-01T00:00:00.200Z",
    slotsDone: 10,
    slotsTotal: 100,
    keysDone: 4,
    keysTotal: 8,
  },
  { event: "step-end", at: "2026-01-01T00:00:00.300Z", kind: "move-slots" },
  { event: "step-end", at: "2026-01-01T00:00:00.500Z", kind: "move-slots" },
  { event: "done", at: "2026-01-01T00:00:00.501Z" },
].map((line) => `${JSON.stringify(line)}\n`);

test.each([
  { lines: 1, told: { progressLines: 0, moveBegan: false, moveEnded: false, slotsDone: 0, partDone: 0 } },
  { lines: 3, told: { progressLines: 0, moveBegan: true, moveEnded: false, slotsDone: 0, partDone: 0 } },
  { lines: 5, told: { progressLines: 1, moveBegan: true, moveEnded: false, slotsDone: 10, partDone: 0.5 } },
  { lines: 6, told: { progressLines: 1, moveBegan: true, moveEnded: true, slotsDone: 10, partDone: 0.5 } },
])("after $lines lines the run has told $told", ({ lines, told }) => {
  const cutOff = LINES[lines]?.slice(0, 20) ?? "";
  expect(toldBy(LINES.slice(0, lines).join("") + cutOff)).toEqual({ lines, ...told });
});

test("the pace of an undisturbed run", () => {
  expect(paceOf({ stderr: LINES.join(""), ms: 900 })).toEqual({
    runMs: 900,
    moveMs: 300,
    progressLines: 1,
  });
  expect(() => paceOf({ stderr: LINES.slice(0, 1).join(""), ms: 900 })).toThrow("moved nothing");
});
