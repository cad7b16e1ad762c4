const ROUNDING = 1e-9;
/** Slots are parted into heavy and light ones at so many weights, each half the one before. */
const PARTINGS = 12;
const FIRST_PARTING = 0.9;

/**
 * What has to arrive at least where shards lack so much, slots being whole: the best of several bounds.
 *
 * Part the slots into heavy ones, between g and G, and light ones, which carry D together. Without light ones a shard
 * that lacks x gets k = ⌈x / G⌉ heavy ones at least, so c = max(x, k·g). To get away with fewer it takes light ones that
 * carry r = x − (k − 1)·G or more, and saves c − x at most. All light ones carry D, so the savings come to no more than
 * what a knapsack of that size holds, filled with the best ones first and the last one in part (Dantzig's bound).
 *
 * @param needs what each shard lacks; @param loads of all slots that could be sent, in descending order.
 */
export function leastArriving(needs: readonly number[], loads: readonly number[]): number {
  const lacking = needs.filter((need) => need > 0);
  const plain = lacking.reduce((sum, need) => sum + need, 0);
  const heaviest = loads[0] ?? 0;
  if (plain === 0 || heaviest === 0) return plain;
  const all = loads.reduce((sum, load) => sum + load, 0);
  let best = plain;
  let [at, heavy] = [0, 0];
  for (let parting = 0; parting < PARTINGS; parting++) {
    const from = (heaviest * FIRST_PARTING) / 2 ** parting;
    for (let load = loads[at]; load !== undefined && load >= from; load = loads[at]) {
      heavy += load;
      at++;
    }
    const lightest = loads[at - 1] ?? heaviest;
    best = Math.max(best, withParting(lacking, { heaviest, lightest, light: Math.max(0, all - heavy) }));
  }
  return best;
}

function withParting(
  needs: readonly number[],
  { heaviest, lightest, light }: { heaviest: number; lightest: number; light: number },
): number {
  const options = needs.map((need) => {
    const count = Math.ceil((need / heaviest) * (1 - ROUNDING));
    const cost = Math.max(need, count * lightest);
    return { cost, saved: cost - need, taken: Math.max(0, need - (count - 1) * heaviest) };
  });
  const total = options.reduce((sum, { cost }) => sum + cost, 0);
  let [left, saved] = [light, 0];
  for (const option of options.toSorted((a, b) => b.saved * a.taken - a.saved * b.taken)) {
    if (left <= 0) break;
    const part = option.taken > 0 ? Math.min(1, left / option.taken) : 1;
    saved += option.saved * part;
    left -= option.taken * part;
  }
  return total - saved;
}
