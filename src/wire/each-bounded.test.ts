import fc from "fast-check";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { eachBounded } from "./each-bounded.ts";

test("never more at once than allowed, as many as allowed, and results in the order of the items", async () => {
  const delays = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 1, max: 8 }), async (items, atOnceMax) => {
      let running = 0;
      let most = 0;
      const results = await eachBounded([...items.entries()], atOnceMax, async ([index, delayMs]) => {
        most = Math.max(most, ++running);
        await sleep(delayMs);
        running -= 1;
        return index * 2;
      });
      expect(results).toEqual(items.map((_, index) => index * 2));
      expect(most).toBe(Math.min(atOnceMax, items.length));
    }),
    { numRuns: 40 },
  );
});

test("the first failure is the failure of all", async () => {
  const work = eachBounded([1, 2, 3], 2, (item) =>
    item === 2 ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve(item),
  );
  await expect(work).rejects.toThrow("no 2");
});
