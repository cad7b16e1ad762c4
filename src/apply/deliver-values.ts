import { DeadlinePassed, isNodeLost, messageOf, SlotctlError, Stopped } from "../errors.ts";
import type { ImportTarget } from "../wire/import-target.ts";
import { confirmStored } from "./confirm-stored.ts";
import type { ImportContext } from "./import-context.ts";
import type { Outcome, Parcel } from "./parcel.ts";
import { lookInPieces } from "./look-in-pieces.ts";
import { isSameKeyValue } from "./same-key-value.ts";
import { settleExisting } from "./settle-existing.ts";

const PAUSE_MS = 20;
const PAUSE_MS_MAX = 1000;

/**
 * Brings values to the primaries that own their slots, and says of each what became of it. A key that the cluster has
 * is never written over unless it is known what it was. Where a primary sends us elsewhere, is down or has closed the
 * connection, the slots are looked at again after a pause, until nothing has got on for `waitMs`.
 *
 * @throws DeadlinePassed then; ConnectFailed where a node is silent, for what it still has from us it may do later.
 */
export async function deliverValues(parcels: readonly Parcel[], context: ImportContext): Promise<void> {
  const { clock, signal, waitMs, onWait } = context;
  let gotOnMs = clock.nowMs();
  let pauseMs = PAUSE_MS;
  for (let left = parcels; ;) {
    const trouble = await attempt(left, context);
    const still = left.filter(({ outcome }) => outcome === undefined);
    if (still.length === 0) return;
    if (still.length < left.length) {
      gotOnMs = clock.nowMs();
      pauseMs = PAUSE_MS;
    }
    left = still;
    if (signal.aborted) throw new Stopped("Stopped, as asked.", { code: "stopped" });
    if (clock.nowMs() - gotOnMs > waitMs) throw stuck(trouble, waitMs);
    onWait(trouble.node, trouble.reason);
    await clock.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    await refresh(context);
  }
}

interface Trouble {
  readonly node: string;
  readonly reason: string;
}

async function attempt(parcels: readonly Parcel[], context: ImportContext): Promise<Trouble> {
  let trouble: Trouble = { node: "the cluster", reason: "slots without an owner" };
  const groups = Map.groupBy(parcels, ({ slot }) => context.targets.ownerOf(slot));
  const ends = await Promise.allSettled(
    [...groups].map(async ([owner, group]) => {
      if (owner === undefined) return;
      let isReached = false;
      try {
        const target = await context.targets.open(owner);
        isReached = true;
        await deliverTo(target, group, context);
        if (group.some(({ outcome }) => outcome === undefined)) {
          trouble = { node: owner, reason: "slots on their way, or a node that is down" };
        }
      } catch (error) {
        if (!isNodeLost(error) || FINAL_CODES.has((error as SlotctlError).code)) throw error;
        for (const parcel of group) parcel.mayBeThere ||= isReached && parcel.outcome === undefined;
        trouble = { node: owner, reason: (error as SlotctlError).reason ?? messageOf(error) };
      }
    }),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  return trouble;
}

const FINAL_CODES: ReadonlySet<string> = new Set(["node-silent", "node-denied"]);

async function deliverTo(
  target: ImportTarget,
  group: readonly Parcel[],
  context: ImportContext,
): Promise<void> {
  const outcomes = new Map<Parcel, Outcome>();
  const stored = await target.store(group.map(({ value }) => value));
  const existing = group.filter((parcel, index) => {
    if (stored[index] === "stored") outcomes.set(parcel, "written");
    return stored[index] === "exists";
  });
  if (existing.length > 0)
    await settleExisting(existing, { target, outcomes, room: context.looking, rule: context.rule });
  if (context.verify) await verifyStored(outcomes, { target, context });
  if (
    context.isMove &&
    outcomes.size > 0 &&
    !(
      (await coverFound(existing, target)) &&
      (await confirmStored(target, { parcels: [...outcomes.keys()], context }))
    )
  ) {
    // It is a replica now, or was started anew: nothing that it said counts.
    for (const parcel of outcomes.keys()) parcel.mayBeThere = true;
    return;
  }
  for (const [parcel, outcome] of outcomes) parcel.outcome = outcome;
}

/** Keys that were there already may have been written over a connection that is gone: WAIT knows nothing of these. */
async function coverFound([first]: readonly Parcel[], target: ImportTarget): Promise<boolean> {
  return first === undefined || (await target.touch(first.value.key));
}

/** Reads back what was written; what is there already was compared. */
async function verifyStored(
  outcomes: Map<Parcel, Outcome>,
  { target, context }: { readonly target: ImportTarget; readonly context: ImportContext },
): Promise<void> {
  const fresh = [...outcomes].filter(([, outcome]) => outcome === "written" || outcome === "replaced");
  await lookInPieces(
    fresh.map(([parcel]) => parcel),
    {
      target,
      room: context.looking,
      keyOf: ({ value }) => value.key,
      deal: async (parcel, there) => {
        const { endsAtMs } = parcel.value;
        if (there === undefined) {
          outcomes.set(parcel, endsAtMs >= 0 && endsAtMs <= context.clock.nowMs() ? "ended" : "differs");
          return;
        }
        const isSame = there === "elsewhere" ? there : await isSameKeyValue(parcel.value, there, target);
        if (isSame === "elsewhere") {
          outcomes.delete(parcel);
          parcel.mayBeThere = true;
        } else if (!isSame) outcomes.set(parcel, "differs");
      },
    },
  );
}

/** A node that does not answer now is asked again after the next pause. */
async function refresh({ targets }: ImportContext): Promise<void> {
  try {
    await targets.refresh();
  } catch (error) {
    if (!isNodeLost(error)) throw error;
  }
}

function stuck({ node, reason }: Trouble, waitMs: number): DeadlinePassed {
  return new DeadlinePassed(
    `Nothing has got on for ${Math.round(waitMs / 1000)} s, because of ${node}: ${reason}.`,
    {
      code: "import-stuck",
      node,
      reason,
      hint: "slotctl check says what is wrong with the cluster; --wait waits longer. Every key is at the source or in the cluster; the same command again goes on from here.",
    },
  );
}
