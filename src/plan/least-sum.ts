/**
 * The least sum of some of `values` that is `need` or more: what a shard has to give away at least, slots being whole.
 * Undefined where all of them together are less.
 *
 * Exact by depth-first search with the largest first, cut off where the rest cannot reach `need` or the sum is no
 * better than the best; `isExact` is false where that took more than `stepsMax` steps, and `chosen` is then the best
 * found so far.
 *
 * @param values in descending order.
 */
export function leastSum(
  values: readonly number[],
  {
    need,
    stepsMax,
    goodEnough,
  }: { readonly need: number; readonly stepsMax: number; readonly goodEnough: number },
): LeastSum | undefined {
  const rest = new Float64Array(values.length + 1);
  for (let at = values.length - 1; at >= 0; at--) rest[at] = (rest[at + 1] ?? 0) + (values[at] ?? 0);
  if ((rest[0] ?? 0) < need) return undefined;
  let best: { sum: number; chosen: readonly number[] } = { sum: rest[0] ?? 0, chosen: [...values.keys()] };
  let steps = 0;
  const chosen: number[] = [];
  const isOver = () => steps > stepsMax || best.sum <= need + goodEnough;
  const search = (at: number, sum: number): void => {
    steps++;
    if (sum >= need) {
      if (sum < best.sum) best = { sum, chosen: [...chosen] };
      return;
    }
    for (let next = at; next < values.length && !isOver(); next++) {
      if (sum + (rest[next] ?? 0) < need) return;
      const value = values[next] ?? 0;
      if (next > at && value === values[next - 1]) continue;
      if (sum + value >= best.sum) continue;
      chosen.push(next);
      search(next + 1, sum + value);
      chosen.pop();
    }
  };
  if (need <= 0) return { sum: 0, chosen: [], isExact: true };
  search(0, 0);
  return { ...best, isExact: steps <= stepsMax };
}

export interface LeastSum {
  readonly sum: number;
  /** Places in `values`. */
  readonly chosen: readonly number[];
  readonly isExact: boolean;
}
