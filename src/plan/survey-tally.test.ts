import fc from "fast-check";
import { expect, test } from "vitest";
import { everyStep } from "../../test/support/every-step.ts";
import { BIG_KEY_BYTES, holdsClientsUp, LARGEST_KEPT } from "./survey.ts";
import { SurveyTally } from "./survey-tally.ts";

const step = everyStep().find((each) => each.kind === "move-slots");
if (!step) throw new Error("the imagined move is gone");

const key = (name: string, bytes: number) => ({ key: name, slot: 5, database: 0, bytes });

test("sums up each pair, and names the largest of all", () => {
  const tally = new SurveyTally();
  const first = tally.begin(step);
  const second = tally.begin({ ...step, from: step.to, to: step.from, mover: "valkey-atomic" });
  first.counted(2);
  first.seen(key("small", 100));
  first.seen(key("big", BIG_KEY_BYTES));
  second.counted(10);
  second.seen(key("bigger", 2 * BIG_KEY_BYTES));
  const { pairs, largest } = tally.survey;
  const names = { from: "10.0.0.1:6379", to: "10.0.0.2:6379", mover: "classic", slots: 2 };
  expect(pairs).toEqual([
    { ...names, keys: 2, keysSeen: 2, bytes: BIG_KEY_BYTES + 100, bigKeys: 1 },
    {
      from: names.to,
      to: names.from,
      mover: "valkey-atomic",
      slots: 2,
      keys: 10,
      keysSeen: 1,
      bytes: 2 * BIG_KEY_BYTES,
      bigKeys: 1,
    },
  ]);
  expect(largest.map((each) => [each.key.toString(), each.from, holdsClientsUp(each)])).toEqual([
    // It travels while it is in use.
    ["bigger", "10.0.0.2:6379", false],
    ["big", "10.0.0.1:6379", true],
    ["small", "10.0.0.1:6379", false],
  ]);
});

test("keeps the largest keys whatever comes in whatever order, and no more of them", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e9 }), { maxLength: 200 }), (sizes) => {
      const tally = new SurveyTally();
      const pair = tally.begin(step);
      for (const [at, bytes] of sizes.entries()) pair.seen(key(`k${at}`, bytes));
      const largest = sizes.toSorted((a, b) => b - a).slice(0, LARGEST_KEPT);
      expect(tally.survey.largest.map(({ bytes }) => bytes)).toEqual(largest);
    }),
  );
});

test("a key that is kept holds no more than its own bytes", () => {
  // As large as to have memory of its own, which small ones share.
  const reply = Buffer.alloc(100_000, "a whole reply with a key in it");
  const tally = new SurveyTally();
  tally.begin(step).seen({ ...key("", 1), key: reply.subarray(21, 24) });
  const [kept] = tally.survey.largest;
  if (!(kept?.key instanceof Buffer)) throw new Error("the key is no longer bytes");
  expect(kept.key.toString()).toBe("key");
  expect(kept.key.buffer).not.toBe(reply.buffer);
});
