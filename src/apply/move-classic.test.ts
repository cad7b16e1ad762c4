import { expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import { moveClassic } from "./move-classic.ts";
import { unlimited } from "./pace.ts";

interface Source {
  /** Keys that the source has of each slot, once it is open. */
  readonly keys: Readonly<Record<number, number>>;
  /** What was counted before; the same, unless given. */
  readonly counted?: Readonly<Record<number, number>>;
  /** A slot whose keys are counted and never listed. */
  readonly unlisted?: number;
  /** A slot whose keys are listed and stay, whatever is sent. */
  readonly kept?: number;
  /** A slot whose keys the target does not take. */
  readonly refused?: number;
  readonly maxLatencyMs?: number;
}

/** Moves all slots of a source that is only imagined; everything that it was told, in order. */
async function moved(asked: Source) {
  const { keys, counted = keys, refused, unlisted, kept, maxLatencyMs = 0 } = asked;
  const slots = SlotSet.of(Object.keys(keys).map(Number));
  const held = new Map(
    [...slots].map((slot) => [
      slot,
      Array.from({ length: keys[slot] ?? 0 }, (_, index) => `${slot}:${index}`),
    ]),
  );
  const told: string[] = [];
  let finds = 0;
  const tell = (name: string) => (some: Iterable<number>) => {
    told.push(`${name} ${SlotSet.of(some)}`);
    return Promise.resolve();
  };
  const source = {
    markMigrating: tell("migrating"),
    setSlotOwner: tell("source gives"),
    closeSlots: tell("source closes"),
    databases: () => Promise.resolve([0]),
    keysIn: async ({
      slots: asked,
      keysMaxOf,
    }: {
      slots: readonly number[];
      keysMaxOf: (slot: number) => number;
    }) => {
      finds += 1;
      if (finds > 200) throw new Error("the source is asked for keys over and over");
      await Promise.resolve();
      return asked.map((slot) => (slot === unlisted ? [] : (held.get(slot) ?? []).slice(0, keysMaxOf(slot))));
    },
    sizesOf: (some: readonly unknown[]) => Promise.resolve(some.map(() => 60)),
    countKeys: (asked: readonly number[]) =>
      Promise.resolve(asked.map((slot) => held.get(slot)?.length ?? 0)),
    migrateKeys: async ({ keys: some }: { keys: readonly unknown[] }) => {
      const slot = Number(String(some[0]).split(":")[0]);
      await new Promise((resolve) => setTimeout(resolve, slot === refused ? 5 : 1));
      if (slot === refused)
        throw new NodeFailed("it has such a key", { code: "denied", node: "10.0.0.2:6379" });
      if (slot === kept) return;
      const gone = new Set(some);
      held.set(
        slot,
        (held.get(slot) ?? []).filter((key) => !gone.has(key)),
      );
    },
    look: () => Promise.reject(new NodeFailed("nobody looks", { code: "node-gone" })),
  };
  const target = {
    markImporting: tell("importing"),
    takeSlots: (some: Iterable<number>) => {
      for (const slot of some) if (held.get(slot)?.length) told.push(`${slot} was given away with keys`);
      return tell("target takes")(some);
    },
    look: () => Promise.reject(new NodeFailed("nobody looks", { code: "node-gone" })),
  };
  const fake = aFakeApplyContext({
    clients: fakeClients({ "10.0.0.1:6379": source, "10.0.0.2:6379": target }),
  });
  const context = { ...fake.context, moving: { ...fake.context.moving, maxLatencyMs } };
  const awaitCalm = () => {
    told.push("calm is waited for");
    return Promise.resolve();
  };
  const move = aPairMove({
    slots,
    mover: "classic",
    pace: { ...unlimited, awaitCalm },
    keysInSlot: new Map([...slots].map((slot) => [slot, counted[slot] ?? 0])),
  });
  const outcome = await moveClassic(context, move, () => true).then(
    (isComplete) => ({ isComplete, code: undefined }),
    (error: NodeFailed) => ({ isComplete: false, code: error.code }),
  );
  return { ...outcome, told, left: () => [...held.values()].flat().length };
}

test("the next batch is opened while the keys of one travel, and none is handed over with keys", async () => {
  const { isComplete, told, left } = await moved({ keys: { 1: 3000, 2: 3000, 3: 10, 4: 0 } });
  expect(isComplete).toBe(true);
  expect(left()).toBe(0);
  expect(told.filter((line) => line.includes("with keys"))).toEqual([]);
  expect(told.indexOf("migrating 2-4")).toBeLessThan(told.indexOf("target takes 1"));
  expect(told.filter((line) => line.startsWith("target takes"))).toEqual([
    "target takes 1",
    "target takes 2-4",
  ]);
});

test.each([
  { maxLatencyMs: 0, batches: ["calm is waited for", "target takes 0-99"] },
  {
    maxLatencyMs: 10,
    batches: ["calm is waited for", "target takes 0-63", "calm is waited for", "target takes 64-99"],
  },
])("slots without keys wait until clients do not, with a limit of $maxLatencyMs ms", async (given) => {
  const keys = Object.fromEntries(Array.from({ length: 100 }, (_, slot) => [slot, 0]));
  const { isComplete, told } = await moved({ keys, maxLatencyMs: given.maxLatencyMs });
  expect(isComplete).toBe(true);
  const batches = told.filter((line) => line.startsWith("target takes") || line.startsWith("calm"));
  expect(batches.toSorted()).toEqual(given.batches.toSorted());
});

test("a slot that had no key when it was counted is handed over only once it has none", async () => {
  const { isComplete, told, left } = await moved({ keys: { 1: 20, 2: 5 }, counted: { 1: 20, 2: 0 } });
  expect(isComplete).toBe(true);
  expect(left()).toBe(0);
  expect(told.filter((line) => line.includes("with keys"))).toEqual([]);
});

test("a slot that has grown is emptied all the same", async () => {
  const { isComplete, left } = await moved({ keys: { 1: 9000 }, counted: { 1: 3 } });
  expect(isComplete).toBe(true);
  expect(left()).toBe(0);
});

test("what fails in one batch ends the others, instead of their asking for keys over and over", async () => {
  const { code, told } = await moved({ keys: { 1: 20_000, 2: 2000, 3: 4000 }, refused: 2 });
  expect(code).toBe("denied");
  expect(told.filter((line) => line.startsWith("target takes 2"))).toEqual([]);
});

test("what fails while a slot that has grown is finished ends at once", async () => {
  const { code } = await moved({ keys: { 1: 30_000, 2: 2000 }, counted: { 1: 1, 2: 4000 }, refused: 2 });
  expect(code).toBe("denied");
});

test("keys that are counted and never listed are a failure, and not handed over", async () => {
  const { code, told } = await moved({ keys: { 1: 3, 2: 3 }, unlisted: 2 });
  expect(code).toBe("keys-stay");
  expect(told.filter((line) => line.startsWith("target takes"))).toEqual([]);
});

test.each([
  { name: "few", keys: 3 },
  { name: "more than are listed at once", keys: 9000 },
])("keys that are listed and never leave, $name, are a failure, and not sent for ever", async ({ keys }) => {
  const { code, told } = await moved({ keys: { 1: keys, 2: 3 }, kept: 1 });
  expect(code).toBe("keys-stay");
  expect(told.filter((line) => line.startsWith("target takes"))).toEqual([]);
});
