import { Stopped } from "../errors.ts";
import { deliverValues } from "./deliver-values.ts";
import type { ReadLimits } from "../wire/import-source.ts";
import type { ImportContext } from "./import-context.ts";
import { broughtBy, type Outcome, type Parcel, parcelOf } from "./parcel.ts";
import { withdrawKey } from "./withdraw-key.ts";

/** What an import leaves to be told of: keys by what is the matter with them. */
export interface BiteFindings {
  /** The cluster has another value, and the rule is to stop. */
  readonly conflicts: readonly Buffer[];
  /** --verify found another value than was sent. */
  readonly differing: readonly Buffer[];
  /** Left at the source because the cluster has another value; those that this pass has not counted before. */
  readonly skipped: number;
  /** Still at the source because clients wrote it faster than it could be moved. */
  readonly busy: number;
  /** The largest value of all. */
  readonly largestBytes: number;
  /** How many of the keys were looked at: the values of the others did not fit. */
  readonly keysRead: number;
  /** How large the value of the first key is, where there was no room even for that. */
  readonly tooLargeBytes: number | undefined;
}

/** What a bite is to be. */
export interface Bite {
  readonly keys: readonly Buffer[];
  readonly limits: ReadLimits;
  /** Of how many scans this is. */
  readonly pass: number;
}

/** How often a key that clients write is sent again before it is left for later. */
const ROUNDS_MAX = 5;
const ARRIVED: ReadonlySet<Outcome | undefined> = new Set(["written", "identical", "replaced"]);

/** Brings the first of these keys into the cluster, as many as are one bite, and when moving deletes them here. */
export async function importBite(bite: Bite, context: ImportContext): Promise<BiteFindings> {
  const { source, isMove, count } = context;
  const { values: read, tooLargeBytes } = await source.read(bite.keys, bite.limits);
  const values = read.filter((value) => value !== undefined);
  const found = { conflicts: [] as Buffer[], differing: [] as Buffer[], skipped: 0 };
  let parcels: readonly Parcel[] = values.map((value) => parcelOf(value));
  let busy = 0;
  for (let round = 1; parcels.length > 0; round++) {
    const telling = { context, pass: bite.pass, isFirst: round === 1 };
    await deliver(parcels, telling);
    const of = (outcome: Outcome) => parcels.filter((parcel) => parcel.outcome === outcome);
    found.conflicts.push(...of("conflict").map(({ value }) => value.key));
    found.differing.push(...of("differs").map(({ value }) => value.key));
    found.skipped += tell(parcels, telling);
    if (!isMove) break;
    const changed = await takeArrived(parcels, context);
    const again =
      round < ROUNDS_MAX ? await readAgain(changed, { bite, context }) : { parcels: [], left: changed };
    busy += again.left.length;
    await withdrawOutdated(again.left, context);
    ({ parcels } = again);
  }
  count({ bytes: values.reduce((sum, { dump }) => sum + dump.length, 0) });
  const largestBytes = values.reduce((most, { dump }) => Math.max(most, dump.length), 0);
  return { ...found, busy, largestBytes, keysRead: read.length, tooLargeBytes };
}

/** Whoever asks for an end while a node is waited for gets it: what has not arrived is still at the source. */
async function deliver(parcels: readonly Parcel[], telling: Telling): Promise<void> {
  const { context } = telling;
  try {
    await deliverValues(parcels, context);
  } catch (error) {
    // What has arrived has, whatever became of the others.
    tell(parcels, telling);
    if (error instanceof Stopped && context.isMove) {
      await withdrawOutdated(await takeArrived(parcels, context), context);
    }
    throw error;
  }
}

interface Telling {
  readonly context: ImportContext;
  readonly pass: number;
  /** Whether these are sent for the first time. */
  readonly isFirst: boolean;
}

/** @returns how many were skipped that this pass has not counted before. */
function tell(parcels: readonly Parcel[], { context, pass, isFirst }: Telling): number {
  const numbers = { written: 0, identical: 0, replaced: 0, skipped: 0, conflict: 0, differs: 0, ended: 0 };
  let skipped = 0;
  for (const parcel of parcels) {
    const { outcome, value } = parcel;
    if (outcome === undefined) continue;
    const stays = outcome === "skipped" || !context.isMove;
    const sighting = stays ? context.seen.sight(value.key, pass) : "first";
    if (outcome === "skipped" && sighting !== "again") skipped += 1;
    // A key that was sent again because it had changed counts once, and so does one that SCAN names again.
    if (!isFirst || sighting !== "first") continue;
    numbers[outcome] += 1;
    parcel.countedAs = outcome;
  }
  const { written, identical, replaced, ended } = numbers;
  const verified = context.verify ? written + identical + replaced : 0;
  context.count({ written, identical, replaced, verified, skipped: numbers.skipped, gone: ended });
  return skipped;
}

/** Deletes at the source what is in the cluster, and returns what has changed since it was read. */
async function takeArrived(parcels: readonly Parcel[], context: ImportContext): Promise<Parcel[]> {
  const arrived = parcels.filter(({ outcome }) => ARRIVED.has(outcome));
  const taken = await context.source.take(arrived.map(({ value }) => value));
  const by = (wanted: (typeof taken)[number]) => arrived.filter((_, index) => taken[index] === wanted);
  const gone = by("gone");
  // A client has deleted them at the source: what was brought into the cluster before is not wanted there either.
  await Promise.all(gone.map((parcel) => withdraw(parcel, context)));
  context.count({ taken: by("taken").length, gone: gone.length });
  return by("changed");
}

/**
 * The source has them with later values: what was brought of them would be taken for the cluster's own when they come
 * again, and be in their way. With `replace` nothing is.
 */
async function withdrawOutdated(parcels: readonly Parcel[], context: ImportContext): Promise<void> {
  if (context.rule === "replace") return;
  await Promise.all(parcels.map(async (parcel) => await withdraw(parcel, context)));
}

/** What the cluster had by itself stays there, though it is the same; what is taken back has not come. */
async function withdraw(parcel: Parcel, context: ImportContext): Promise<void> {
  const brought = broughtBy(parcel);
  if (!brought) return;
  await withdrawKey(brought, context);
  const { countedAs } = parcel;
  if (countedAs === "written" || countedAs === "replaced") {
    context.count({ [countedAs]: -1, verified: context.verify ? -1 : 0 });
  }
}

/** The present values of keys that have changed, with those that they take the place of, as far as there is room. */
async function readAgain(
  changed: readonly Parcel[],
  { bite, context }: { readonly bite: Bite; readonly context: ImportContext },
): Promise<{ readonly parcels: readonly Parcel[]; readonly left: readonly Parcel[] }> {
  const read = await context.source.read(
    changed.map(({ value }) => value.key),
    bite.limits,
  );
  const parcels: Parcel[] = [];
  for (const [index, value] of read.values.entries()) {
    const old = changed[index];
    if (!old) break;
    if (value) parcels.push({ ...parcelOf(value, broughtBy(old)), countedAs: old.countedAs });
    else {
      await withdraw(old, context);
      context.count({ gone: 1 });
    }
  }
  return { parcels, left: changed.slice(read.values.length) };
}
