import type { Key } from "../cluster/key.ts";
import { NodeFailed } from "../errors.ts";
import { sameValue } from "../wire/same-value.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Bite } from "./key-bites.ts";
import type { PairMove } from "./pair-move.ts";

/** More is not remembered, for the values have to be held. */
const REMEMBERED_BYTES_MAX = 16 * 1024 * 1024;

interface BrokenOff extends Pick<Bite, "keys"> {
  readonly move: PairMove;
  readonly database: number;
}

/** Keys by their values, as DUMP payloads. */
export type KeyValues = ReadonlyMap<Key, Buffer>;

/**
 * What the source still has of a MIGRATE that broke off: the target may have got it all the same, then or later, for
 * what is on its way to a node that is stopped arrives when it goes on.
 */
export async function unconfirmedKeys(
  { clients }: ApplyContext,
  { move, keys, database }: BrokenOff,
): Promise<KeyValues> {
  const source = clients.at(move.from.address);
  try {
    // Asked, for a bite that takes too long is often one that was thought to be smaller.
    const sizes = await source.sizesOf(keys, database);
    let roomBytes = REMEMBERED_BYTES_MAX;
    const small = keys.filter((_, index) => {
      const bytes = sizes[index] ?? 0;
      if (bytes > roomBytes) return false;
      roomBytes -= bytes;
      return true;
    });
    const values = await source.dumpKeys(small, database);
    return new Map(small.flatMap((key, index) => (values[index] ? [[key, values[index]] as const] : [])));
  } catch (error) {
    // A node may forbid DUMP.
    if (!(error instanceof NodeFailed)) throw error;
    return new Map();
  }
}

/** Those that the source has no more, before they are sent again: clients have deleted them, or their time was up. */
export async function deletedSince(
  { clients }: ApplyContext,
  { move, database }: BrokenOff,
  unconfirmed: KeyValues,
): Promise<KeyValues> {
  if (unconfirmed.size === 0) return unconfirmed;
  const values = await clients.at(move.from.address).dumpKeys([...unconfirmed.keys()], database);
  return new Map([...unconfirmed].filter((_, index) => values[index] === undefined));
}

/**
 * Deletes what a MIGRATE that broke off has left at the target of keys that clients have deleted since. A copy with
 * another value is none: clients have written it there, where they were sent once the source had none.
 */
export async function deleteCopies(
  { clients }: ApplyContext,
  { move, database }: BrokenOff,
  deleted: KeyValues,
): Promise<void> {
  if (deleted.size === 0) return;
  const target = clients.at(move.to.address);
  const values = await target.dumpKeys([...deleted.keys()], database);
  const copies = [...deleted].flatMap(([key, value], index) => {
    const there = values[index];
    return there && sameValue(value, there) ? [key] : [];
  });
  await target.deleteKeys(copies, database);
}
