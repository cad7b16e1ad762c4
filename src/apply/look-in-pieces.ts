import type { Room } from "../wire/room.ts";
import type { FoundValue, ImportTarget } from "../wire/import-target.ts";

/** So much is looked at in one go. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** A value is compared with what the node makes of the source's, which is about as large. */
const COPIES = 2;

interface Looking<Item> {
  readonly target: ImportTarget;
  /** In bytes, for all that are looked at by the whole of a run. */
  readonly room: Room;
  readonly keyOf: (item: Item) => Buffer;
  readonly deal: (item: Item, found: FoundValue | undefined | "elsewhere") => Promise<void>;
}

/**
 * Looks at keys of the cluster and has what is found dealt with, so much at a time that there is room for it: values
 * there may be of any size, whatever those of the source are.
 */
export async function lookInPieces<Item>(items: readonly Item[], looking: Looking<Item>): Promise<void> {
  if (items.length === 0) return;
  const { room } = looking;
  const pieceBytes = Math.min(PIECE_BYTES, Math.floor(room.size / COPIES));
  const each = Math.floor(pieceBytes / items.length);
  for (let left = items.map((item) => ({ item, bytesMax: each })); left.length > 0;) {
    const count = fitting(left, pieceBytes);
    const some = left.slice(0, count);
    const needed = Math.min(room.size, bytesOf(some) * COPIES);
    const large = await room.during(needed, async () => await lookAt(some, looking));
    left = [...left.slice(count), ...large];
  }
}

interface Allowed<Item> {
  readonly item: Item;
  readonly bytesMax: number;
}

/** How many of the first are one piece: one at least. */
function fitting(allowed: readonly Allowed<unknown>[], pieceBytes: number): number {
  let bytes = 0;
  const beyond = allowed.findIndex(({ bytesMax }) => (bytes += bytesMax) > pieceBytes);
  return beyond === -1 ? allowed.length : Math.max(1, beyond);
}

function bytesOf(allowed: readonly Allowed<unknown>[]): number {
  return allowed.reduce((sum, { bytesMax }) => sum + bytesMax, 0);
}

/** Those that are larger than was allowed for, with what they need. */
async function lookAt<Item>(
  allowed: readonly Allowed<Item>[],
  { target, keyOf, deal }: Looking<Item>,
): Promise<Allowed<Item>[]> {
  const found = await target.look(allowed.map(({ item, bytesMax }) => ({ key: keyOf(item), bytesMax })));
  const large: Allowed<Item>[] = [];
  await Promise.all(
    allowed.map(async ({ item }, index) => {
      const there = found[index];
      if (typeof there === "object" && "tooLargeBytes" in there) {
        // It may grow until then.
        large.push({ item, bytesMax: there.tooLargeBytes + Math.ceil(there.tooLargeBytes / 8) });
      } else await deal(item, there);
    }),
  );
  return large;
}
