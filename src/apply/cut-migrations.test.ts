import fc from "fast-check";
import { expect, test } from "vitest";
import { SlotSet } from "../cluster/slot-set.ts";
import { cutMigrations } from "./cut-migrations.ts";

function cut({
  keys,
  bytesPerKey = 100,
  ...limits
}: {
  keys: readonly number[];
  bytesPerKey?: number;
  keysPerSecondMax?: number;
}) {
  const slots = SlotSet.of(keys.keys());
  const keysInSlot = new Map(keys.entries());
  return cutMigrations({ keysInSlot, bytesPerKey }, { slots, ...limits }).map(String);
}

test.each([
  { name: "nothing is no migration", keys: [], migrations: [] },
  { name: "empty slots travel together", keys: [0, 0, 0], migrations: ["0-2"] },
  { name: "few keys travel together", keys: [1000, 0, 5], migrations: ["0-2"] },
  { name: "no more than two million keys", keys: [1_500_000, 500_000, 1, 7], migrations: ["0-1", "2-3"] },
  { name: "no more than a gigabyte", keys: [900, 100, 1], bytesPerKey: 1e6, migrations: ["0-1", "2"] },
  { name: "a slot is never divided", keys: [1, 9e6, 1], migrations: ["0", "1", "2"] },
  {
    name: "a second's worth of keys",
    keys: [60, 40, 1, 0],
    keysPerSecondMax: 100,
    migrations: ["0-1", "2-3"],
  },
  { name: "sizes that nobody knows limit nothing", keys: [9, 9], bytesPerKey: 0, migrations: ["0-1"] },
])("$name", ({ migrations, ...given }) => {
  expect(cut(given)).toEqual(migrations);
});

test("every slot travels once, in order, and none more than needed to keep the limit", () => {
  const counts = fc.array(fc.nat(300), { maxLength: 60 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 500 }), (keys, keysPerSecondMax) => {
      const slots = SlotSet.of(keys.keys());
      const keysInSlot = new Map(keys.entries());
      const migrations = cutMigrations({ keysInSlot, bytesPerKey: 10 }, { slots, keysPerSecondMax });
      expect(migrations.flatMap((migration) => [...migration])).toEqual([...slots]);
      const sums = migrations.map((migration) =>
        [...migration].reduce((sum, slot) => sum + (keys[slot] ?? 0), 0),
      );
      migrations.forEach((migration, index) => {
        const [firstOfNext = -1] = migrations[index + 1] ?? [];
        const withNext = (sums[index] ?? 0) + (keys[firstOfNext] ?? Infinity);
        expect(migration.size === 1 || (sums[index] ?? 0) <= keysPerSecondMax).toBe(true);
        expect(withNext).toBeGreaterThan(keysPerSecondMax);
      });
    }),
  );
});
