import { eachBounded } from "./each-bounded.ts";

/** Does `work` for nodes side by side; results in the order of the items. */
export async function eachNode<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  return await eachBounded(items, NODES_AT_ONCE, work);
}

/** Enough to hide every round trip, and no flood of sockets on a huge cluster. */
const NODES_AT_ONCE = 128;
