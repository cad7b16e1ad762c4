/** Work that needs things which only one may have at a time. */
export interface ApartWork<Item> {
  readonly atOnceMax: number;
  /** What the item needs, by name. */
  readonly needs: (item: Item) => readonly string[];
  readonly work: (item: Item) => Promise<void>;
}

/**
 * Runs work on every item, side by side where they do not need the same. After a failure nothing more is begun.
 *
 * @throws the first failure, once nothing is under way any more.
 */
export async function eachApart<Item>(
  items: readonly Item[],
  { atOnceMax, needs, work }: ApartWork<Item>,
): Promise<void> {
  const waiting = new Set(items);
  const taken = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const isFree = (item: Item) => needs(item).every((name) => !taken.has(name));
  const begin = (item: Item): void => {
    waiting.delete(item);
    for (const name of needs(item)) taken.add(name);
    const running: Promise<void> = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        for (const name of needs(item)) taken.delete(name);
        underWay.delete(running);
      });
    underWay.add(running);
  };
  for (;;) {
    for (const item of waiting) {
      if (failures.length === 0 && underWay.size < atOnceMax && isFree(item)) begin(item);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay);
  }
  if (failures.length > 0) throw failures[0];
}
