import { expect, test } from "vitest";
import type { Address } from "../cluster/address.ts";
import type { Key } from "../cluster/key.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { sizeKeys } from "./size-keys.ts";

const address: Address = { host: "10.0.0.1", port: 6379 };

/** Keys `slot:index`, whose sizes the node tells, and which of them it was asked about. */
async function sized(
  slots: readonly { slot: number; sizes: readonly (number | undefined)[] }[],
  bytesPerKey: number,
): Promise<{ sizes: (readonly number[])[]; asked: Key[] }> {
  const asked: Key[] = [];
  const all = new Map<string, number | undefined>();
  for (const { slot, sizes } of slots) sizes.forEach((size, index) => all.set(`${slot}:${index}`, size));
  const clients = fakeClients({
    "10.0.0.1:6379": {
      sizesOf: (keys) => {
        asked.push(...keys);
        return Promise.resolve(keys.map((key) => all.get(String(key))));
      },
    },
  });
  const result = await sizeKeys(clients.at(address), {
    slots: slots.map(({ slot, sizes }) => ({ slot, keys: sizes.map((_, index) => `${slot}:${index}`) })),
    database: 0,
    bytesPerKey,
  });
  return { sizes: result.map(({ sizes }) => sizes), asked };
}

const many = (count: number, size: number) => Array.from({ length: count }, () => size);

test("of small keys a few stand for all", async () => {
  const { sizes, asked } = await sized([{ slot: 1, sizes: many(100, 70) }], 100);
  expect(asked).toEqual(["1:0", "1:64"]);
  expect(sizes).toEqual([many(100, 70)]);
});

test("where the node's keys are large on average each one is looked at", async () => {
  const { sizes, asked } = await sized([{ slot: 1, sizes: [10, 5_000_000, 20] }], 2000);
  expect(asked).toHaveLength(3);
  expect(sizes).toEqual([[10, 5_000_000, 20]]);
});

test("a slot with a large sample is looked at key by key, the others are not", async () => {
  const large = [20_000, ...many(9, 300_000)];
  const { sizes, asked } = await sized(
    [
      { slot: 1, sizes: large },
      { slot: 2, sizes: many(10, 50) },
    ],
    100,
  );
  expect(sizes).toEqual([large, many(10, 50)]);
  expect(asked.filter((key) => String(key).startsWith("2:"))).toHaveLength(1);
});

test("where the node does not say, the mean of its keys stands for each", async () => {
  const { sizes } = await sized([{ slot: 1, sizes: [undefined, undefined] }], 150);
  expect(sizes).toEqual([[150, 150]]);
});
