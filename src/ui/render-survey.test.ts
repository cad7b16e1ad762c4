import { expect, test } from "vitest";
import { faultsIn } from "../../test/support/schema-faults.ts";
import type { Mover } from "../plan/mover.ts";
import type { Survey, SurveyedKey, SurveyedPair } from "../plan/survey.ts";
import { surveyJson } from "./json-survey.ts";
import { renderSurvey, surveyProgressText } from "./render-survey.ts";
import { makeTheme } from "./theme.ts";

const MB = 1024 * 1024;
const canvas = { theme: makeTheme({ colour: false }), columns: 100 };
const aPair = (changes: Partial<SurveyedPair> = {}): SurveyedPair => ({
  from: "10.0.0.1:6379",
  to: "10.0.0.4:6379",
  mover: "classic",
  slots: 1365,
  keys: 1000,
  keysSeen: 1000,
  bytes: 30 * MB,
  bigKeys: 0,
  ...changes,
});
const aKey = (name: string, bytes: number, changes: Partial<SurveyedKey> = {}): SurveyedKey => ({
  key: Buffer.from(name),
  slot: 5461,
  database: 0,
  bytes,
  from: "10.0.0.1:6379",
  to: "10.0.0.4:6379",
  mover: "classic",
  ...changes,
});
const withBigKeys = (movers: readonly Mover[]): Survey => ({
  pairs: movers.map((mover) => aPair({ mover, bigKeys: 1 })),
  largest: movers.map((mover, at) => aKey(`feed ${at}`, (20 - at) * MB, { mover })),
});

test("tells how much will move, and the largest keys where none is big", () => {
  const survey = { pairs: [aPair()], largest: [1, 2, 3, 4].map((at) => aKey(`key ${at}`, 5000 - at)) };
  expect(renderSurvey(survey, canvas)).toEqual([
    "",
    "Keys that will move: 1,000 keys, 30 MB.",
    "· No key is as large as 1.0 MB. The largest:",
    '  4.9 KB  "key 1"  slot 5461  on 10.0.0.1:6379',
    '  4.9 KB  "key 2"  slot 5461  on 10.0.0.1:6379',
    '  4.9 KB  "key 3"  slot 5461  on 10.0.0.1:6379',
  ]);
});

test("big keys and the classic mover are a warning, with how long each holds clients up", () => {
  const survey: Survey = {
    pairs: [aPair({ bigKeys: 2 }), aPair({ from: "10.0.0.2:6379", keys: 1, bytes: 100 })],
    largest: [aKey("feed", 20 * MB), aKey("a\nb", 5 * MB, { slot: 7, database: 3 }), aKey("small", 1000)],
  };
  expect(renderSurvey(survey, canvas)).toEqual([
    "",
    "Keys that will move: 1,001 keys, 30 MB.",
    "  10.0.0.1:6379 → 10.0.0.4:6379  1,000 keys  30 MB  2 big keys",
    "  10.0.0.2:6379 → 10.0.0.4:6379       1 key  100 B",
    "! 2 keys are of 1.0 MB or more. The classic mover sends a key in one piece, and clients of both",
    "  nodes wait meanwhile: on a fast network 3 to 20 ms for each MB.",
    '   20 MB  "feed"    slot 5461           on 10.0.0.1:6379  0.06 s to 0.40 s',
    String.raw`  5.0 MB  "a\x0ab"  slot 7, database 3  on 10.0.0.1:6379  0.01 s to 0.10 s`,
  ]);
});

test("big keys are no trouble to the servers' own migration", () => {
  const lines = renderSurvey(withBigKeys(["valkey-atomic"]), canvas);
  expect(lines.slice(2)).toEqual([
    "· 1 key is of 1.0 MB or more. The servers' own migration sends them while they are in use, and no",
    "  client waits.",
    '  20 MB  "feed 0"  slot 5461  on 10.0.0.1:6379',
  ]);
});

test("where movers differ, each key says whether it holds clients up", () => {
  const text = renderSurvey(withBigKeys(["classic", "redis-atomic"]), canvas).join("\n");
  expect(text).toMatch(/! 2 keys are of 1\.0 MB or more\. The classic mover [^]* no\s+client waits\./);
  expect(text).toMatch(/"feed 0" .* to 0\.40 s\n/);
  expect(text).toMatch(/"feed 1" .*6379$/);
});

test("keys that were not looked at are told of", () => {
  const survey = { pairs: [aPair({ keys: 200_000, keysSeen: 100_000 })], largest: [] };
  const lines = renderSurvey(survey, canvas);
  expect(lines[1]).toBe("Keys that will move: 200,000 keys, at least 30 MB.");
  expect(lines[2]).toMatch(/^! 100,000 keys were not looked at: of a slot only the first 50,000 keys are/);
  expect(surveyProgressText(survey)).toBe(
    "Looking at the keys that will move: 100,000 of 200,000 keys so far.",
  );
});

test("slots without keys have nothing to tell", () => {
  const survey = { pairs: [aPair({ keys: 0, keysSeen: 0, bytes: 0 })], largest: [] };
  expect(renderSurvey(survey, canvas)).toEqual(["", "Keys that will move: none."]);
});

test("more keys are big than are named: the rest is counted", () => {
  const largest = Array.from({ length: 20 }, (_, at) => aKey(`k${at}`, 2 * MB));
  const survey = { pairs: [aPair({ bigKeys: 25 })], largest };
  expect(renderSurvey(survey, canvas).at(-1)).toBe("  … and 5 more");
});

test.each([60, 80, 120])("%s columns are wide enough, however long a key's name is", (columns) => {
  const survey: Survey = {
    pairs: [aPair({ bigKeys: 1 }), aPair()],
    largest: [aKey("k".repeat(500), 20 * MB)],
  };
  const lines = renderSurvey(survey, { ...canvas, columns });
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
});

test("the document has what the lines have, as its schema says", () => {
  const survey: Survey = {
    pairs: [aPair({ keys: 1200, bigKeys: 1 })],
    largest: [aKey("feed", 20 * MB), aKey("\n", 10)],
  };
  const data = surveyJson(survey);
  expect(faultsIn("change#/properties/survey", data)).toEqual([]);
  expect(data).toMatchObject({
    keys: 1200,
    keysUnseen: 200,
    bytes: 30 * MB,
    bigKeys: 1,
    bigKeyBytes: MB,
    pairs: [{ slotCount: 1365, keysUnseen: 200 }],
    largestKeys: [
      { key: "feed", slot: 5461, bytes: 20 * MB, holdsClientsUp: true },
      { key: String.raw`\x0a`, holdsClientsUp: false },
    ],
  });
});

test("keys that were written meanwhile do not make fewer than none unseen", () => {
  const survey = { pairs: [aPair({ keysSeen: 1001 })], largest: [] };
  expect(surveyJson(survey).keysUnseen).toBe(0);
});
