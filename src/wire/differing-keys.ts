import type { Key } from "../cluster/key.ts";
import type { NodeClient } from "./node-client.ts";
import { sameValue } from "./same-value.ts";

/** Values that are larger are not fetched to be compared: both would have to be held at once. */
export const COMPARED_BYTES_MAX = 16 * 1024 * 1024;
const KEYS_AT_ONCE = 200;

/**
 * Keys that both nodes hold with different values, or with values too large to tell. A node only gives values of
 * slots that it owns or imports.
 */
export async function differingKeys(
  { one, other }: { readonly one: NodeClient; readonly other: NodeClient },
  { keys, database }: { readonly keys: readonly Key[]; readonly database: number },
): Promise<Key[]> {
  const sizes = await one.sizesOf(keys, database);
  const large = new Set(keys.filter((_, index) => (sizes[index] ?? 0) > COMPARED_BYTES_MAX));
  const others = keys.filter((key) => !large.has(key));
  const differing: Key[] = [];
  for (let start = 0; start < others.length; start += KEYS_AT_ONCE) {
    const some = others.slice(start, start + KEYS_AT_ONCE);
    const [mine, theirs] = await Promise.all([one.dumpKeys(some, database), other.dumpKeys(some, database)]);
    some.forEach((key, index) => {
      const [a, b] = [mine[index], theirs[index]];
      if (a !== undefined && b !== undefined && !sameValue(a, b)) differing.push(key);
    });
  }
  return [...differing, ...large];
}
