import type { Key } from "../cluster/key.ts";
import { halfTheTime, type LookClock } from "./half-the-time.ts";
import type { NodeClient } from "./node-client.ts";
import type { Room } from "./room.ts";

/** Keys of a slot that are looked at in the first round; each round has so many times more. */
const FIRST = 16;
const TIMES = 4;
/** Keys listed at once, and keys whose sizes are asked for at once: a node answers nobody else meanwhile. */
const LISTED_MAX = 2000;
const SIZED_MAX = 200;
/** A slot's keys are listed from the first on each time, so there is an end to it. */
const SLOT_KEYS_MAX = 50_000;
/** The standard error of a node's sum that is good enough. */
const ERROR_MAX = 0.005;
/** While the keys that were looked at account for less of the node's data, there may be heavy ones among the others. */
const EXPLAINED_MIN = 0.8;

export interface SizesWanted {
  /** Keys in each slot, all databases together. */
  readonly keysIn: ReadonlyMap<number, number>;
  /** What the node's data takes, by its own account. */
  readonly datasetBytes: number;
  /** No new round is begun after it. */
  readonly untilMs: number;
  readonly room: Room;
  readonly clock: LookClock;
}

/** What is known of a slot's keys. */
export interface SlotSizes {
  readonly keys: number;
  keysSeen: number;
  bytesSeen: number;
  squares: number;
}

/**
 * Estimates what the keys of each slot weigh, from the sizes of some: 16 of each slot at first, and then four times as
 * many of those slots that the doubt is about, until the sum is certain to half a percent, all keys were looked at, or
 * the time is up.
 *
 * With n keys in a slot, k of them looked at, mean m and variance s², the estimate is n·m, and its variance
 * n²·s²/k·(1 − k/n) (simple random sampling without replacement: Cochran, Sampling Techniques, ch. 2). The keys that a
 * node lists first are no random ones: in the order of its hash table on most servers, the latest written on Redis 7.0,
 * by their names on Redis 6.
 */
export async function sampleSizes(
  client: Pick<NodeClient, "databases" | "keysIn" | "sizesOf">,
  wanted: SizesWanted,
): Promise<ReadonlyMap<number, SlotSizes>> {
  const sizes = new Map(
    [...wanted.keysIn].flatMap(([slot, keys]) =>
      keys > 0 ? [[slot, { keys, keysSeen: 0, bytesSeen: 0, squares: 0 }] as const] : [],
    ),
  );
  const databases = await client.databases();
  const listed = new Map<string, number>();
  for (let most = FIRST; most <= SLOT_KEYS_MAX * TIMES; most *= TIMES) {
    const slots = doubtful(sizes, wanted).filter((slot) => (sizes.get(slot)?.keysSeen ?? 0) < SLOT_KEYS_MAX);
    if (slots.length === 0 || (most > FIRST && wanted.clock.nowMs() >= wanted.untilMs)) break;
    const keysMax = Math.min(most, SLOT_KEYS_MAX);
    for (const group of inGroups(slots, { sizes, keysMax })) {
      if (most > FIRST && wanted.clock.nowMs() >= wanted.untilMs) break;
      for (const database of databases) {
        await lookAt(client, { group, database, keysMax, sizes, listed, wanted });
      }
    }
  }
  return sizes;
}

export function bytesOf({ keys, keysSeen, bytesSeen }: SlotSizes): number {
  return keysSeen === 0 ? 0 : (bytesSeen / keysSeen) * Math.max(keys, keysSeen);
}

/** The variance of the estimate; without end while nothing is known. */
function varianceOf({ keys, keysSeen, bytesSeen, squares }: SlotSizes): number {
  if (keysSeen >= keys) return 0;
  if (keysSeen < 2) return Infinity;
  const mean = bytesSeen / keysSeen;
  const variance = Math.max(0, squares / keysSeen - mean ** 2) * (keysSeen / (keysSeen - 1));
  return ((keys ** 2 * variance) / keysSeen) * (1 - keysSeen / keys);
}

/** The slots of which more has to be known, most in doubt first; none once the sum is known well enough. */
function doubtful(sizes: ReadonlyMap<number, SlotSizes>, { datasetBytes }: SizesWanted): number[] {
  const open = [...sizes].filter(([, { keys, keysSeen }]) => keysSeen < keys);
  const bytes = [...sizes.values()].reduce((sum, each) => sum + bytesOf(each), 0);
  if (bytes < datasetBytes * EXPLAINED_MIN) return open.map(([slot]) => slot);
  const doubts = open.map(([slot, each]) => ({ slot, variance: varianceOf(each) }));
  doubts.sort((a, b) => b.variance - a.variance);
  let variance = doubts.reduce((sum, each) => sum + each.variance, 0);
  const enough = (bytes * ERROR_MAX) ** 2;
  const found: number[] = [];
  for (const doubt of doubts) {
    if (doubt.variance === 0 || !(variance > enough)) break;
    found.push(doubt.slot);
    // Four times as many keys leave a quarter of the variance.
    variance = Number.isFinite(doubt.variance) ? variance - doubt.variance * (1 - 1 / TIMES) : variance;
  }
  return found;
}

function inGroups(
  slots: readonly number[],
  { sizes, keysMax }: { readonly sizes: ReadonlyMap<number, SlotSizes>; readonly keysMax: number },
): number[][] {
  const groups: number[][] = [];
  let room = 0;
  for (const slot of slots) {
    const keys = Math.min(keysMax, sizes.get(slot)?.keys ?? 0);
    if (keys > room) {
      groups.push([]);
      room = LISTED_MAX;
    }
    groups.at(-1)?.push(slot);
    room -= keys;
  }
  return groups;
}

interface GroupLook {
  readonly group: readonly number[];
  readonly database: number;
  readonly keysMax: number;
  readonly sizes: ReadonlyMap<number, SlotSizes>;
  /** How many keys of a slot and database were listed before: they come first again. */
  readonly listed: Map<string, number>;
  readonly wanted: SizesWanted;
}

async function lookAt(
  client: Pick<NodeClient, "keysIn" | "sizesOf">,
  { group, database, keysMax, sizes, listed, wanted: { room, clock } }: GroupLook,
): Promise<void> {
  const most = (slot: number) => Math.min(keysMax, sizes.get(slot)?.keys ?? 0);
  const names = group.reduce((sum, slot) => sum + most(slot), 0);
  await room.during(Math.min(names, room.size), async () => {
    const lists = await halfTheTime(clock, () => client.keysIn({ slots: group, keysMaxOf: most, database }));
    const fresh = group.flatMap((slot, at) => {
      const keys = lists[at] ?? [];
      const before = listed.get(`${database} ${slot}`) ?? 0;
      listed.set(`${database} ${slot}`, Math.max(before, keys.length));
      return keys.slice(before).map((key) => ({ slot, key }));
    });
    for (let start = 0; start < fresh.length; start += SIZED_MAX) {
      await sizeSome(client, { some: fresh.slice(start, start + SIZED_MAX), database, sizes, clock });
    }
  });
}

async function sizeSome(
  client: Pick<NodeClient, "sizesOf">,
  look: {
    readonly some: readonly { readonly slot: number; readonly key: Key }[];
    readonly database: number;
    readonly sizes: ReadonlyMap<number, SlotSizes>;
    readonly clock: LookClock;
  },
): Promise<void> {
  const keys = look.some.map(({ key }) => key);
  const found = await halfTheTime(look.clock, () => client.sizesOf(keys, look.database));
  look.some.forEach(({ slot }, at) => {
    const bytes = found[at];
    const size = look.sizes.get(slot);
    if (bytes === undefined || !size) return;
    size.keysSeen += 1;
    size.bytesSeen += bytes;
    size.squares += bytes ** 2;
  });
}
