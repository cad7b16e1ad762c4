import { Stopped } from "../errors.ts";
import { deliverValues } from "./deliver-values.ts";
import type { ImportContext } from "./import-context.ts";
import { broughtBy, type Outcome, type Parcel, parcelOf } from "./parcel.ts";
import { withdrawKey } from "./withdraw-key.ts";

/** What an import leaves to be told of: keys by what is the matter with them. */
export interface BiteFindings {
  /** The cluster has another value, and the rule is to stop. */
  readonly conflicts: readonly Buffer[];
  /** --verify found another value than was sent. */
  readonly differing: readonly Buffer[];
  /** Left at the source because the cluster has another value. */
  readonly skipped: number;
  /** Still at the source because clients wrote it faster than it could be moved. */
  readonly busy: number;
  /** How many bytes of values were in hand. */
  readonly bytes: number;
  /** How many of the keys were looked at: the values of the others did not fit. */
  readonly keysRead: number;
}

/** How often a key that clients write is sent again before it is left for later. */
const ROUNDS_MAX = 5;
const ARRIVED: ReadonlySet<Outcome | undefined> = new Set(["written", "identical", "replaced"]);

/** Brings the first of these keys into the cluster, as many as are one bite, and when moving deletes them here. */
export async function importBite(keys: readonly Buffer[], context: ImportContext): Promise<BiteFindings> {
  const { source, isMove, count } = context;
  const read = await source.read(keys);
  const values = read.filter((value) => value !== undefined);
  let parcels = values.map((value) => parcelOf(value));
  const all: Parcel[] = [];
  let busy = 0;
  for (let round = 1; parcels.length > 0; round++) {
    all.push(...parcels);
    await deliver(parcels, { context, isFirst: round === 1 });
    if (!isMove) break;
    const changed = await takeArrived(parcels, context);
    if (round < ROUNDS_MAX) parcels = await readAgain(changed, context);
    else {
      busy = changed.length;
      break;
    }
  }
  const of = (outcome: Outcome) => all.filter((parcel) => parcel.outcome === outcome);
  const bytes = values.reduce((sum, { dump }) => sum + dump.length, 0);
  count({ bytes });
  return {
    conflicts: of("conflict").map(({ value }) => value.key),
    differing: of("differs").map(({ value }) => value.key),
    skipped: of("skipped").length,
    busy,
    bytes,
    keysRead: read.length,
  };
}

/** Whoever asks for an end while a node is waited for gets it: what has not arrived is still at the source. */
async function deliver(
  parcels: readonly Parcel[],
  { context, isFirst }: { readonly context: ImportContext; readonly isFirst: boolean },
): Promise<void> {
  try {
    await deliverValues(parcels, context);
  } catch (error) {
    if (error instanceof Stopped && context.isMove) await takeArrived(parcels, context);
    throw error;
  } finally {
    // A key that was sent again because it had changed counts once.
    if (isFirst) tell(parcels, context);
  }
}

function tell(parcels: readonly Parcel[], context: ImportContext): void {
  const numbers = { written: 0, identical: 0, replaced: 0, skipped: 0, conflict: 0, differs: 0, ended: 0 };
  for (const { outcome } of parcels) if (outcome !== undefined) numbers[outcome] += 1;
  const { written, identical, replaced, skipped, ended } = numbers;
  context.count({ written, identical, replaced, skipped, gone: ended });
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

/** What the cluster had by itself stays there, though it is the same. */
async function withdraw(parcel: Parcel, context: ImportContext): Promise<void> {
  const brought = broughtBy(parcel);
  if (brought) await withdrawKey(brought, context);
}

/** The present values of keys that have changed, with those that they take the place of. */
async function readAgain(changed: readonly Parcel[], context: ImportContext): Promise<Parcel[]> {
  const parcels: Parcel[] = [];
  for (let left = changed; left.length > 0;) {
    const fresh = await context.source.read(left.map(({ value }) => value.key));
    const before = left.slice(0, fresh.length);
    left = left.slice(fresh.length);
    for (const [index, old] of before.entries()) {
      const value = fresh[index];
      if (value) parcels.push(parcelOf(value, broughtBy(old)));
      else {
        await withdraw(old, context);
        context.count({ gone: 1 });
      }
    }
  }
  return parcels;
}
