/**
 * Hands `count` slots out so that the holders end as level as they can while nobody gives any: the ones that
 * have least for their weight are filled up together. Returns what each has afterwards; of what does not divide,
 * those that lost most to rounding get one more, of equals the smaller ids.
 */
export function shareSlotsLevel({
  count,
  held,
  weights = new Map(),
}: {
  readonly count: number;
  readonly held: ReadonlyMap<string, number>;
  /** Above 0; 1 for who is not in it. */
  readonly weights?: ReadonlyMap<string, number>;
}): Map<string, number> {
  const weightOf = (id: string) => weights.get(id) ?? 1;
  const fullness = ([id, has]: readonly [string, number]) => has / weightOf(id);
  const byNeed = [...held].sort((a, b) => fullness(a) - fullness(b) || (a[0] < b[0] ? -1 : 1));
  const rising: string[] = [];
  let [total, weight] = [count, 0];
  for (const [id, size] of byNeed) {
    // Whoever is above the level that those below reach together stays as it is, and so do all after it.
    if (rising.length > 0 && fullness([id, size]) * weight >= total) break;
    rising.push(id);
    total += size;
    weight += weightOf(id);
  }
  const shared = new Map(held);
  const exact = rising.map((id) => ({ id, share: (total * weightOf(id)) / weight }));
  let over = total;
  // Nobody gives any, not even what rounding would take.
  for (const { id, share } of exact) {
    const whole = Math.max(held.get(id) ?? 0, Math.floor(share));
    shared.set(id, whole);
    over -= whole;
  }
  const byLoss = exact.toSorted((a, b) => (b.share % 1) - (a.share % 1) || (a.id < b.id ? -1 : 1));
  for (const { id } of byLoss.slice(0, Math.max(0, over))) shared.set(id, (shared.get(id) ?? 0) + 1);
  return shared;
}
