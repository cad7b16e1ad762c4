import type { FoundValue, ImportTarget } from "../wire/import-target.ts";
import type { LookingRoom } from "./looking-room.ts";

interface Looking<Item> {
  readonly target: ImportTarget;
  readonly room: LookingRoom;
  readonly keyOf: (item: Item) => Buffer;
  readonly deal: (item: Item, found: FoundValue | undefined | "elsewhere") => Promise<void>;
}

/**
 * Looks at keys of the cluster and has what is found dealt with, a piece at a time: values there may be of any size,
 * whatever those of the source are, and a node answers nobody while it writes down those that one piece is about.
 */
export async function lookInPieces<Item>(items: readonly Item[], looking: Looking<Item>): Promise<void> {
  const { room } = looking;
  let large: readonly Allowed<Item>[] = [];
  for (let at = 0; at < items.length || large.length > 0;) {
    const [first, ...others] = large;
    const { count, bytesMax } = room.nextPiece();
    const piece = first ? [first] : items.slice(at, at + count).map((item) => ({ item, bytesMax }));
    if (!first) at += piece.length;
    const found = await room.during(bytesOf(piece), async () => await lookAt(piece, looking));
    room.learn(found);
    large = [...others, ...found.large];
  }
}

interface Allowed<Item> {
  readonly item: Item;
  readonly bytesMax: number;
}

function bytesOf(allowed: readonly Allowed<unknown>[]): number {
  return allowed.reduce((sum, { bytesMax }) => sum + bytesMax, 0);
}

interface Piece<Item> {
  readonly keys: number;
  /** Of all values, also of those that were not sent. */
  readonly bytes: number;
  /** Those that are larger than was allowed for, with what they need. */
  readonly large: readonly Allowed<Item>[];
}

async function lookAt<Item>(
  allowed: readonly Allowed<Item>[],
  { target, keyOf, deal }: Looking<Item>,
): Promise<Piece<Item>> {
  const found = await target.look(allowed.map(({ item, bytesMax }) => ({ key: keyOf(item), bytesMax })));
  const large: Allowed<Item>[] = [];
  let bytes = 0;
  await Promise.all(
    allowed.map(async ({ item }, index) => {
      const there = found[index];
      if (typeof there === "object" && "tooLargeBytes" in there) {
        bytes += there.tooLargeBytes;
        // It may grow until then.
        large.push({ item, bytesMax: Math.ceil((there.tooLargeBytes * 9) / 8) });
        return;
      }
      if (typeof there === "object") bytes += there.dump.length;
      await deal(item, there);
    }),
  );
  return { keys: allowed.length, bytes, large };
}
