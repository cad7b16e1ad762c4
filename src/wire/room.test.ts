import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Room } from "./room.ts";

test("lets in as many as there is room for, in the order in which they came", async () => {
  const room = new Room(10);
  const seen: string[] = [];
  const leave = Promise.withResolvers<void>();
  const first = room.during(6, async () => {
    seen.push("first");
    await leave.promise;
  });
  const others = [
    room.during(10, async () => seen.push("large")),
    room.during(1, async () => seen.push("small")),
  ];
  await nextTurn();
  // There is room for the small one, but then the large one might wait for ever.
  expect(seen).toEqual(["first"]);
  leave.resolve();
  await Promise.all([first, ...others]);
  expect(seen).toEqual(["first", "large", "small"]);
});

test("who fails leaves as well", async () => {
  const room = new Room(1);
  await expect(room.during(1, () => Promise.reject(new Error("so it is")))).rejects.toThrow("so it is");
  expect(await room.during(1, async () => "in")).toBe("in");
});

test("never holds more than it has room for, and lets everybody in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 30 }), async (counts) => {
      const room = new Room(10);
      let inside = 0;
      let most = 0;
      const work = async (count: number) => {
        inside += count;
        most = Math.max(most, inside);
        await nextTurn();
        inside -= count;
      };
      await Promise.all(counts.map((count) => room.during(count, () => work(count))));
      expect(most).toBeLessThanOrEqual(10);
      expect(inside).toBe(0);
    }),
    { numRuns: 30 },
  );
});
