import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Key } from "../cluster/key.ts";
import type { KeysRequest } from "./node-client.ts";
import { Room } from "./room.ts";
import { type FoundKey, surveySlots } from "./survey-slots.ts";

type Held = Readonly<Record<number, readonly (readonly [key: string, bytes: number | undefined])[]>>;

/** A node that holds keys in slots, and remembers how much it was asked at once. */
function aNode(databases: readonly Held[]) {
  const asked = { listedMost: 0, sizedMost: 0 };
  const keysOf = (database: number, slot: number) => databases[database]?.[slot] ?? [];
  const sizes = databases.map((held) => new Map(Object.values(held).flat()));
  const client = {
    databases: async () => databases.map((_, at) => at),
    countKeys: async (slots: readonly number[]) =>
      slots.map((slot) => databases.reduce((sum, _, at) => sum + keysOf(at, slot).length, 0)),
    keysIn: async (wish: KeysRequest) => {
      const lists = wish.slots.map((slot) =>
        keysOf(wish.database, slot)
          .slice(0, wish.keysMaxOf(slot))
          .map(([key]) => Buffer.from(key)),
      );
      asked.listedMost = Math.max(asked.listedMost, lists.flat().length);
      return lists;
    },
    sizesOf: async (keys: readonly Key[], database: number) => {
      asked.sizedMost = Math.max(asked.sizedMost, keys.length);
      return keys.map((key) => sizes[database]?.get(key.toString()));
    },
  };
  return { client, asked };
}

async function survey(databases: readonly Held[], slots: readonly number[], slotKeysMax = 100_000) {
  const { client, asked } = aNode(databases);
  const found: FoundKey[] = [];
  const counts: number[] = [];
  await surveySlots(client, {
    slots,
    slotKeysMax,
    room: new Room(100_000),
    clock: new FakeClock(),
    onCount: (keys) => counts.push(keys),
    onKey: (key) => found.push(key),
  });
  return { found: found.map(({ key, ...rest }) => ({ key: key.toString(), ...rest })), counts, asked };
}

const manyKeys = (slot: number, count: number) =>
  Array.from({ length: count }, (_, at) => [`${slot}:${at}`, 100] as const);

test("finds each key of the slots it is asked about, in every database, with its size", async () => {
  const first = { 1: [["a", 10]], 2: [["b", 20]], 3: [["not asked about", 30]] } as const;
  const second = { 2: [["c", 40]] } as const;
  const { found, counts } = await survey([first, second], [1, 2, 5]);
  expect(counts).toEqual([3]);
  expect(found).toEqual([
    { key: "a", slot: 1, database: 0, bytes: 10 },
    { key: "b", slot: 2, database: 0, bytes: 20 },
    { key: "c", slot: 2, database: 1, bytes: 40 },
  ]);
});

test("a key that is gone, or whose size the node does not tell, is counted and not found", async () => {
  const held: Held = {
    1: [
      ["a", 10],
      ["forbidden", undefined],
    ],
  };
  const { found, counts } = await survey([held], [1]);
  expect(counts).toEqual([2]);
  expect(found.map(({ key }) => key)).toEqual(["a"]);
});

test("many slots with few keys and few with many are all seen, a bounded number at a time", async () => {
  const slots = Array.from({ length: 3000 }, (_, at) => at);
  const held: Held = {
    ...Object.fromEntries(slots.map((slot) => [slot, manyKeys(slot, slot % 7)])),
    1500: manyKeys(1500, 5000),
  };
  const { found, counts, asked } = await survey([held], slots);
  const all = Object.values(held).flat().length;
  expect(counts).toEqual([all]);
  expect(new Set(found.map(({ key }) => key)).size).toBe(all);
  expect(asked).toEqual({ listedMost: 5000, sizedMost: 200 });
});

test("of a slot with more keys than can be listed the first are seen", async () => {
  const { found, counts, asked } = await survey([{ 7: manyKeys(7, 500) }], [7], 300);
  expect(counts).toEqual([500]);
  expect(found).toHaveLength(300);
  expect(asked.listedMost).toBe(300);
});

test("a node is left alone for as long as it was asked", async () => {
  const { client } = aNode([{ 1: manyKeys(1, 1000) }]);
  const clock = new FakeClock();
  const startMs = clock.nowMs();
  const slow = async <Result>(result: Promise<Result>): Promise<Result> => {
    clock.pass(3);
    return await result;
  };
  await surveySlots(
    {
      ...client,
      keysIn: (wish) => slow(client.keysIn(wish)),
      sizesOf: (keys, database) => slow(client.sizesOf(keys, database)),
    },
    {
      slots: [1],
      slotKeysMax: 1000,
      room: new Room(1000),
      clock,
      onCount: () => undefined,
      onKey: () => undefined,
    },
  );
  // One list and five times two hundred sizes: as long again in pauses.
  expect(clock.nowMs() - startMs).toBe(2 * 6 * 3);
});
