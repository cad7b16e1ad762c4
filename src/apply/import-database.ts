import { Stopped } from "../errors.ts";
import { Room } from "../wire/room.ts";
import { BiteSizes } from "./bite-sizes.ts";
import { type BiteFindings, importBite } from "./import-bite.ts";
import type { ImportContext } from "./import-context.ts";
import { KeysInHand } from "./keys-in-hand.ts";

/** What is left to tell of a database. */
export interface DatabaseFindings {
  /** The first keys with another value in the cluster, where that is a reason to stop. */
  readonly conflicts: readonly Buffer[];
  readonly differing: readonly Buffer[];
  /** How many keys the source still has that were to be moved. */
  readonly left: number;
}

/** So many bites are under way at once: while one is written, the next one is read. */
const BITES_AT_ONCE = 4;
/** Clients may go on writing at the source; what they leave there is looked for so often. */
const PASSES_MAX = 3;
const NAMES_MAX = 20;

/**
 * Brings all keys of a database into the cluster. It stops before the next bite when it is asked to, and when a key is
 * in the way.
 *
 * @throws Stopped on request, once what is in hand is done.
 */
export async function importDatabase(context: ImportContext): Promise<DatabaseFindings> {
  const { source, isMove, signal } = context;
  for (let pass = 1; ; pass++) {
    const found = await onePass(context, pass);
    const { conflicts, differing } = found;
    const isInTheWay = conflicts.length > 0 || differing.length > 0;
    if (signal.aborted && !found.isWhole && !isInTheWay) throw stopped();
    if (!isMove || isInTheWay) return { conflicts, differing, left: 0 };
    const left = Math.max(0, (await source.countKeys()) - found.skipped);
    if ((left === 0 && found.busy === 0) || pass === PASSES_MAX) return { conflicts, differing, left };
    if (signal.aborted) throw stopped();
  }
}

function stopped(): Stopped {
  return new Stopped("Stopped, as asked.", { code: "stopped" });
}

type PassFindings = Pick<BiteFindings, "conflicts" | "differing" | "skipped" | "busy"> & {
  /** Every key that SCAN named was brought to its place. */
  readonly isWhole: boolean;
};

/** One SCAN from its beginning to its end. */
async function onePass(context: ImportContext, pass: number): Promise<PassFindings> {
  const { source, rate, reading } = context;
  // Nobody is left behind: a bite that waits for a node would go on alone when the connections are closed.
  const end = new AbortController();
  const signal = AbortSignal.any([context.signal, end.signal]);
  const room = new Room(BITES_AT_ONCE);
  const hand = new KeysInHand();
  const sizes = new BiteSizes();
  const found = { conflicts: [] as Buffer[], differing: [] as Buffer[], skipped: 0, busy: 0 };
  let isWhole = true;
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    end.abort();
  };
  const isOver = () => signal.aborted || found.conflicts.length > 0 || found.differing.length > 0;

  const importAll = async (keys: readonly Buffer[]): Promise<void> => {
    let paid = 0;
    for (let at = 0; at < keys.length;) {
      if (at === paid) {
        paid = Math.min(keys.length, at + (rate?.burstKeys ?? keys.length));
        await rate?.take(paid - at, signal);
      }
      const limits = sizes.next();
      const bite = await reading.during(Math.min(limits.bytesMax, reading.size), async () => {
        if (isOver()) return undefined;
        return await importBite({ keys: keys.slice(at, paid), limits, pass }, { ...context, signal });
      });
      if (!bite) {
        isWhole = false;
        return;
      }
      sizes.learn(bite);
      at += bite.keysRead;
      found.skipped += bite.skipped;
      found.busy += bite.busy;
      addNames(found.conflicts, bite.conflicts);
      addNames(found.differing, bite.differing);
    }
  };

  const running = new Set<Promise<void>>();
  let cursor = "0";
  const scan = async (): Promise<void> => {
    do {
      const scanned = await source.scan(cursor);
      cursor = scanned.cursor;
      const { keys, letGo } = hand.take(scanned.keys);
      if (keys.length === 0) continue;
      const bite: Promise<void> = room
        .during(1, () => importAll(keys))
        .catch(fail)
        .finally(() => {
          letGo();
          running.delete(bite);
        });
      running.add(bite);
      // SCAN may run ahead of what is under way by one bite, and no further.
      if (running.size > BITES_AT_ONCE) await Promise.race(running);
    } while (cursor !== "0" && !isOver());
  };
  await scan().catch(fail);
  await Promise.all(running);
  if (failure) throw failure.error;
  return { ...found, isWhole: isWhole && cursor === "0" };
}

/** SCAN may have named a key twice. */
function addNames(names: Buffer[], more: readonly Buffer[]): void {
  for (const key of more) {
    if (names.length < NAMES_MAX && !names.some((name) => name.equals(key))) names.push(key);
  }
}
