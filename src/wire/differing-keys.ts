import type { Key } from "../cluster/key.ts";
import type { NodeClient } from "./node-client.ts";
import { sameValue } from "./same-value.ts";

/** Values that are larger are not fetched to be compared: both would have to be held at once. */
const COMPARED_BYTES_MAX = 16 * 1024 * 1024;
const KEYS_AT_ONCE = 200;

interface Compared {
  readonly one: NodeClient;
  readonly other: NodeClient;
}

interface Sought {
  readonly keys: readonly Key[];
  readonly database: number;
}

/**
 * Keys that both nodes hold with different values, or with values too large to tell. A node only gives values of
 * slots that it owns or imports.
 */
export async function differingKeys(nodes: Compared, sought: Sought): Promise<Key[]> {
  return (await compareKeys(nodes, sought)).differing;
}

/** As `differingKeys`, with those whose values are certain to be the same; keys that one node lacks are in neither. */
export async function compareKeys(
  { one, other }: Compared,
  { keys, database }: Sought,
): Promise<{ readonly equal: Key[]; readonly differing: Key[] }> {
  const sizes = await one.sizesOf(keys, database);
  const sized = keys.map((key, index) => ({ key, bytes: sizes[index] ?? 0 }));
  const differing = sized.filter(({ bytes }) => bytes > COMPARED_BYTES_MAX).map(({ key }) => key);
  const equal: Key[] = [];
  for (const part of partsOf(sized.filter(({ bytes }) => bytes <= COMPARED_BYTES_MAX))) {
    const [mine, theirs] = await Promise.all([one.dumpKeys(part, database), other.dumpKeys(part, database)]);
    part.forEach((key, index) => {
      const [a, b] = [mine[index], theirs[index]];
      if (a !== undefined && b !== undefined) (sameValue(a, b) ? equal : differing).push(key);
    });
  }
  return { equal, differing };
}

/** So many keys at a time as may be held, by what they really take. */
function partsOf(sized: readonly { readonly key: Key; readonly bytes: number }[]): Key[][] {
  const parts: Key[][] = [];
  let roomBytes = -1;
  for (const { key, bytes } of sized) {
    const last = parts.at(-1);
    if (last && bytes <= roomBytes && last.length < KEYS_AT_ONCE) {
      last.push(key);
      roomBytes -= bytes;
    } else {
      parts.push([key]);
      roomBytes = COMPARED_BYTES_MAX - bytes;
    }
  }
  return parts;
}
