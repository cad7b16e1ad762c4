import { isOperational } from "../errors.ts";

/**
 * Takes items through stages side by side: each stage has one item at a time, in their order, and at most as
 * many items are under way as there are stages. An item is only asked for when the one before it has got to the
 * second stage, so that one at most waits there.
 *
 * @throws the first failure, once nothing is under way any more; after one no stage is begun.
 */
export async function throughStages<Item>(
  items: Iterable<Item>,
  stages: readonly ((item: Item) => Promise<void>)[],
): Promise<void> {
  const failures: unknown[] = [];
  const ended: Promise<void>[] = [];
  const free = stages.map(() => Promise.resolve());
  const work = async (item: Item, stage: (item: Item) => Promise<void>): Promise<void> => {
    if (failures.length > 0) return;
    try {
      await stage(item);
    } catch (error) {
      failures.push(error);
    }
  };
  for (const item of items) {
    const [first, second = Promise.resolve()] = enter(item);
    await Promise.all([first, second]);
    await ended.at(-stages.length);
    if (failures.length > 0) break;
  }
  await Promise.all(free);
  // A defect of ours is not to hide behind what a node did.
  if (failures.length > 0) throw failures.find((error) => !isOperational(error)) ?? failures[0];

  /** @returns the end of its first stage, and of what its second one waits for besides. */
  function enter(item: Item): Promise<void>[] {
    let before = Promise.resolve();
    const waits = stages.map((stage, index) => {
      const isFree = free[index] ?? Promise.resolve();
      before = Promise.all([before, isFree]).then(() => work(item, stage));
      free[index] = before;
      return index === 0 ? before : isFree;
    });
    ended.push(before);
    if (ended.length > stages.length) void ended.shift();
    return waits;
  }
}
