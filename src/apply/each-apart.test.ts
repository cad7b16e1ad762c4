import fc from "fast-check";
import { expect, test } from "vitest";
import { eachApart } from "./each-apart.ts";

const nodes = fc.constantFrom("a", "b", "c", "d");
const pairs = fc.array(fc.tuple(nodes, nodes), { maxLength: 12 });

test("everything is worked on once, and nothing beside what needs the same", async () => {
  await fc.assert(
    fc.asyncProperty(pairs, fc.integer({ min: 1, max: 4 }), async (items, atOnceMax) => {
      const busy: string[] = [];
      const done: unknown[] = [];
      let atOnce = 0;
      await eachApart(items, {
        atOnceMax,
        needs: (pair) => [...new Set(pair)],
        work: async (pair) => {
          const needed = new Set<string>(pair);
          expect(busy.filter((name) => needed.has(name))).toEqual([]);
          expect(++atOnce).toBeLessThanOrEqual(atOnceMax);
          busy.push(...needed);
          await Promise.resolve();
          for (const name of needed) busy.splice(busy.indexOf(name), 1);
          atOnce -= 1;
          done.push(pair);
        },
      });
      expect(done).toHaveLength(items.length);
      expect(new Set(done)).toEqual(new Set(items));
    }),
  );
});

test("after a failure nothing more begins, and what is under way ends first", async () => {
  const ended: string[] = [];
  const work = async (name: string) => {
    await Promise.resolve();
    if (name === "bad") throw new Error("no");
    await Promise.resolve();
    ended.push(name);
  };
  const items = ["bad", "beside", "later"];
  await expect(eachApart(items, { atOnceMax: 2, needs: (name) => [name], work })).rejects.toThrow("no");
  expect(ended).toEqual(["beside"]);
});
