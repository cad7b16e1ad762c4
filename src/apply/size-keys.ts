import type { Key } from "../cluster/key.ts";
import type { NodeClient } from "../wire/node-client.ts";
import type { SizedKeys } from "./key-bites.ts";

/** Some keys of one slot. */
export interface FoundKeys {
  readonly slot: number;
  readonly keys: readonly Key[];
}

/** With keys as large as this on average it costs little beside sending them to ask for the size of each. */
const WORTH_ASKING_BYTES = 1024;
/** A slot in which a sample is larger than this is looked at key by key. */
const SUSPICIOUS_BYTES = 16 * 1024;
/** One key in so many is a sample, and one of every slot at least. */
const KEYS_PER_SAMPLE = 64;

/**
 * Finds out how large keys are, where it can matter: of every key where the node's keys are large on
 * average, or where a few of its slot's keys that were looked at are; of the others by those few. A rare
 * large key among small ones in an unsuspicious slot may be missed; it has to travel in one piece anyway.
 */
export async function sizeKeys(
  source: NodeClient,
  asked: {
    readonly slots: readonly FoundKeys[];
    readonly database: number;
    /** Mean of the node. */
    readonly bytesPerKey: number;
  },
): Promise<SizedKeys[]> {
  const { slots, database, bytesPerKey } = asked;
  const samples = slots.map(({ keys }) => (bytesPerKey >= WORTH_ASKING_BYTES ? keys : samplesOf(keys)));
  const sampled = await sizesOf(source, { lists: samples, database });
  const isSuspicious = slots.map(({ keys }, index) => {
    return (samples[index]?.length ?? 0) < keys.length && largest(sampled[index]) > SUSPICIOUS_BYTES;
  });
  const measured = await sizesOf(source, {
    lists: slots.map(({ keys }, index) => (isSuspicious[index] ? keys : [])),
    database,
  });
  return slots.map(({ slot, keys }, index) => {
    const known = (isSuspicious[index] ? measured[index] : sampled[index]) ?? [];
    const typical = meanOf(known) ?? bytesPerKey;
    const isComplete = known.length === keys.length;
    return { slot, keys, sizes: keys.map((_, place) => (isComplete ? known[place] : undefined) ?? typical) };
  });
}

function samplesOf(keys: readonly Key[]): readonly Key[] {
  return keys.filter((_, index) => index % KEYS_PER_SAMPLE === 0);
}

async function sizesOf(
  source: NodeClient,
  { lists, database }: { readonly lists: readonly (readonly Key[])[]; readonly database: number },
): Promise<(number | undefined)[][]> {
  const sizes = await source.sizesOf(lists.flat(), database);
  let taken = 0;
  return lists.map(({ length }) => sizes.slice(taken, (taken += length)));
}

function largest(sizes: readonly (number | undefined)[] = []): number {
  return sizes.reduce<number>((most, size = 0) => Math.max(most, size), 0);
}

function meanOf(sizes: readonly (number | undefined)[]): number | undefined {
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, size) => sum + size, 0) / known.length;
}
