import { expect, test } from "vitest";
import { type ChangeFlags, changeSettings } from "./change-settings.ts";

const flags: ChangeFlags = { "dry-run": false, yes: false, wait: "60", progress: "auto" };

test("a command that moves no slots has the settings of one that does", () => {
  const settings = { dryRun: false, yes: false, progress: "auto", waitMs: 60_000 };
  const moving = {
    pairsAtOnceMax: 16,
    maxLatencyMs: 10,
    keysPerSecondMax: undefined,
    replace: false,
    survey: false,
    mover: "auto",
  };
  expect(changeSettings(flags)).toEqual({ ...settings, ...moving });
  expect(changeSettings({ ...flags, parallel: 16, replace: false, mover: "auto" })).toEqual({
    ...settings,
    ...moving,
  });
});

test("every flag is heard", () => {
  const given = {
    "dry-run": true,
    yes: true,
    wait: "0.5",
    progress: "json",
    parallel: 3,
    replace: true,
    survey: true,
    mover: "atomic",
    "max-latency": "2.5",
    "max-keys-per-second": 1000,
  } as const;
  expect(changeSettings(given, { seed: "a:1" })).toEqual({
    dryRun: true,
    planOnly: { out: undefined, exitCode: false, asked: { args: { seed: "a:1" }, flags: given } },
    yes: true,
    progress: "json",
    waitMs: 500,
    pairsAtOnceMax: 3,
    maxLatencyMs: 2.5,
    keysPerSecondMax: 1000,
    replace: true,
    survey: true,
    mover: "atomic",
  });
});

test.each([
  { wrong: { wait: "abc" }, says: "--wait abc is not a number of seconds." },
  { wrong: { "max-latency": "abc" }, says: "--max-latency abc is not a number of milliseconds." },
])("$says, whether anything is to be done or not", ({ wrong, says }) => {
  expect(() => changeSettings({ ...flags, "dry-run": true, ...wrong })).toThrow(says);
});

test.each([{ out: "plan.json" }, { snapshot: "s.json" }])("%o changes nothing", (given) => {
  expect(changeSettings({ ...flags, ...given })).toMatchObject({ dryRun: true });
});

test("an exit code for a plan that is carried out is refused", () => {
  expect(() => changeSettings({ ...flags, "exit-code": true })).toThrow(/--exit-code/);
  expect(changeSettings({ ...flags, "exit-code": true, out: "p.json" })).toMatchObject({
    planOnly: { exitCode: true, out: "p.json" },
  });
});
