import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Key } from "../cluster/key.ts";
import type { KeysRequest } from "./node-client.ts";
import { Room } from "./room.ts";
import { bytesOf, sampleSizes } from "./sample-sizes.ts";

/** A node whose slots hold keys of these sizes, and which remembers what it was asked. */
function aNode(held: ReadonlyMap<number, readonly number[]>, clock: FakeClock) {
  const asked = { sizes: 0, listedMost: 0 };
  const sizes = new Map([...held].flatMap(([slot, all]) => all.map((bytes, at) => [`${slot} ${at}`, bytes])));
  const client = {
    databases: async () => [0],
    keysIn: async ({ slots, keysMaxOf }: KeysRequest) => {
      const lists = slots.map((slot) =>
        (held.get(slot) ?? []).slice(0, keysMaxOf(slot)).map((_, at) => `${slot} ${at}`),
      );
      asked.listedMost = Math.max(asked.listedMost, lists.flat().length);
      return lists;
    },
    sizesOf: async (keys: readonly Key[]) => {
      asked.sizes += keys.length;
      clock.pass(1);
      return keys.map((key) => sizes.get(key.toString()));
    },
  };
  return { client, asked };
}

async function sample(held: ReadonlyMap<number, readonly number[]>, { forMs = 1e9, datasetBytes = 0 } = {}) {
  const clock = new FakeClock();
  const { client, asked } = aNode(held, clock);
  const sizes = await sampleSizes(client, {
    keysIn: new Map([...held].map(([slot, all]) => [slot, all.length])),
    datasetBytes,
    untilMs: clock.nowMs() + forMs,
    room: new Room(50_000),
    clock,
  });
  return { sizes, asked };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

test("small slots are looked at in full, and come out exactly", async () => {
  const slot = fc.array(fc.integer({ min: 50, max: 10_000 }), { maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(fc.array(slot, { minLength: 1, maxLength: 20 }), async (slots) => {
      const { sizes } = await sample(new Map(slots.entries()));
      for (const [number, all] of slots.entries()) {
        const found = sizes.get(number);
        expect(found ? bytesOf(found) : 0).toBeCloseTo(sumOf(all), 3);
      }
    }),
  );
});

test("of keys that are all alike few are looked at", async () => {
  const held = new Map([1, 2, 3].map((slot) => [slot, new Array<number>(20_000).fill(100)]));
  const { sizes, asked } = await sample(held);
  expect(asked.sizes).toBe(3 * 16);
  expect([...sizes.values()].map(bytesOf)).toEqual([2e6, 2e6, 2e6]);
});

test("where they differ, the slots in doubt are looked at more, until the sum is certain", async () => {
  const mixed = Array.from({ length: 20_000 }, (_, at) => (at % 10 === 0 ? 10_000 : 100));
  const held = new Map([
    [1, new Array<number>(20_000).fill(100)],
    [2, mixed],
  ]);
  const { sizes, asked } = await sample(held);
  const found = sizes.get(2);
  expect(Math.abs((found ? bytesOf(found) : 0) / sumOf(mixed) - 1)).toBeLessThan(0.02);
  expect(sizes.get(1)?.keysSeen).toBe(16);
  expect(asked.sizes).toBeLessThanOrEqual(20_016);
});

test("data that the keys seen so far do not account for is looked for among the others", async () => {
  const hidden = [...new Array<number>(5000).fill(100), 50_000_000];
  const { sizes } = await sample(new Map([[1, hidden]]), { datasetBytes: sumOf(hidden) });
  const found = sizes.get(1);
  expect(found ? bytesOf(found) : 0).toBe(sumOf(hidden));
});

test("when the time is up there is no new round, but the first one is made in full", async () => {
  const mixed = Array.from({ length: 20_000 }, (_, at) => (at % 3) * 1000);
  const { sizes, asked } = await sample(new Map([1, 2, 3].map((slot) => [slot, mixed])), { forMs: 0 });
  expect([...sizes.values()].map(({ keysSeen }) => keysSeen)).toEqual([16, 16, 16]);
  expect(asked.listedMost).toBeLessThanOrEqual(2000);
});
