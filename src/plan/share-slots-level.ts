/**
 * Hands `count` slots out so that the holders end as level as they can while nobody gives any: the ones that
 * have least are filled up together. Returns what each has afterwards; of what does not divide, the smaller
 * ids get one more.
 */
export function shareSlotsLevel({
  count,
  held,
}: {
  readonly count: number;
  readonly held: ReadonlyMap<string, number>;
}): Map<string, number> {
  const byNeed = [...held].sort(([a, had], [b, has]) => had - has || (a < b ? -1 : 1));
  const rising: string[] = [];
  let total = count;
  for (const [id, size] of byNeed) {
    // Whoever is above the level that those below reach together stays as it is, and so do all after it.
    if (rising.length > 0 && size * rising.length >= total) break;
    rising.push(id);
    total += size;
  }
  const level = Math.floor(total / rising.length);
  const over = total - level * rising.length;
  const shared = new Map(held);
  for (const [index, id] of rising.sort().entries()) shared.set(id, level + (index < over ? 1 : 0));
  return shared;
}
