import fc from "fast-check";
import { expect, test } from "vitest";
import { cheapestPairs } from "./cheapest-pairs.ts";

const costTables = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 }))
  .chain(([rows, more]) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: rows + more, maxLength: rows + more }), {
      minLength: rows,
      maxLength: rows,
    }),
  );

test("every row has a column of its own, and no other pairs are cheaper", () => {
  fc.assert(
    fc.property(costTables, (costs) => {
      const columns = cheapestPairs(costs);
      expect(new Set(columns).size).toBe(costs.length);
      expect(sumOf(costs, columns)).toBe(
        Math.min(...everyPairing(costs).map((pairs) => sumOf(costs, pairs))),
      );
    }),
  );
});

function sumOf(costs: readonly (readonly number[])[], columns: readonly number[]): number {
  return columns.reduce((sum, column, row) => sum + (costs[row]?.[column] ?? NaN), 0);
}

function everyPairing(costs: readonly (readonly number[])[], taken: readonly number[] = []): number[][] {
  const [row, ...rest] = costs;
  if (!row) return [[...taken]];
  return row.flatMap((_, column) => (taken.includes(column) ? [] : everyPairing(rest, [...taken, column])));
}
