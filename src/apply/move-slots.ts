import { type Address, formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import { DeadlinePassed, isOperational, messageOf, SlotctlError } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import { eachBounded } from "../wire/each-bounded.ts";
import type { ApplyContext } from "./apply-context.ts";
import { followNewSources } from "./follow-new-sources.ts";
import { nextMove } from "./move-schedule.ts";
import { ATOMIC_UNAVAILABLE, movers } from "./movers.ts";
import { PaceSetter } from "./pace-setter.ts";
import type { PairMove } from "./pair-move.ts";
import { prepareMove } from "./prepare-move.ts";
import { settleEpochs } from "./settle-epochs.ts";
import type { Stage } from "./stage.ts";
import { waitForAgreement } from "./wait-for-agreement.ts";

type MoveStep = StepOf<"move-slots">;

/** How long views that differ are waited for. */
const VIEWS_MS_MAX = 3000;
/** How long it holds what the nodes said of a pair. */
const FRESH_MS_MAX = 1000;
/** Pairs that are looked at side by side before the first slot moves. */
const PREPARED_AT_ONCE = 16;

/**
 * Moves slots between pairs of nodes, as many side by side as the nodes can serve and the operator allows.
 * After a failure the others finish what they have open and stop too.
 */
export async function moveSlots(
  context: ApplyContext,
  { steps, members, onEnd }: Stage<"move-slots">,
): Promise<void> {
  const pairs = steps.flatMap((step) => [step.from.address, step.to.address]);
  await awaitReady(context, { steps, pairs });
  // All primaries are told of the new owners, and a node that gives all it has is no member afterwards.
  const everyone = new Map([...members, ...pairs].map((address) => [formatAddress(address), address]));
  const all = [...everyone.values()];
  const topology = await context.lookAt(all);
  const sourceIds = new Set(steps.map(({ from }) => from.id));
  await settleEpochs(context, { topology, sourceIds, targetIds: targetsOf(steps) });
  using paces = new PaceSetter(context);
  const moves = await eachBounded(steps, PREPARED_AT_ONCE, (step) =>
    prepare(context, { step, topology, paces }),
  );
  await carryAll(context, { moves, all, onEnd });
  context.tally.flush();
}

/**
 * A node that has just joined refuses keys until it sees the cluster as ok: wait for that, not for it to fail. After a
 * failover it takes a moment until all see the new owner, and a target that does not would refuse the keys of slots
 * that it marks as importing meanwhile (CLUSTERDOWN, seen with 7.0). One that imports already takes the cluster for
 * down as soon as it hears that its source is a replica, and has to be told of the new one. Views that stay apart are
 * for those to settle who come later.
 */
async function awaitReady(
  context: ApplyContext,
  { steps, pairs }: { readonly steps: readonly MoveStep[]; readonly pairs: readonly Address[] },
): Promise<void> {
  const waitMs = Math.min(VIEWS_MS_MAX, context.waitMs);
  const reasons = ["state-fail", "unknown-node"] as const;
  const help = (topology: Topology) => followNewSources(context, { steps, topology });
  if (steps.some(({ mover }) => mover === "classic")) await help(await context.lookAt(pairs));
  try {
    const withViews = [...reasons, "other-view"] as const;
    await waitForAgreement({ ...context, waitMs }, pairs, { reasons: withViews, help });
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error;
    await waitForAgreement(context, pairs, { reasons, help });
  }
}

async function prepare(
  context: ApplyContext,
  { step, topology, paces }: { step: MoveStep; topology: Topology; paces: PaceSetter },
): Promise<PairMove> {
  const prepared = await prepareMove(context, { step, topology });
  const [from, to] = [step.from.address, step.to.address];
  const tally = context.tally.begin({
    from: formatAddress(from),
    to: formatAddress(to),
    slotsTotal: prepared.slots.size,
    keysTotal: prepared.keyCount,
    mover: step.mover,
  });
  return { ...prepared, mover: step.mover, tally, pace: paces.paceOf({ from, to, tally }) };
}

/** @throws the first failure, once nothing is under way any more. */
async function carryAll(
  context: ApplyContext,
  {
    moves,
    all,
    onEnd,
  }: {
    readonly moves: readonly PairMove[];
    /** Addresses of whoever has to agree on the epochs. */
    readonly all: readonly Address[];
    readonly onEnd: (step: MoveStep) => void;
  },
): Promise<void> {
  const failures: unknown[] = [];
  const go = () => !context.signal.aborted && failures.length === 0;
  const waiting = new Set(moves);
  const underWay = new Map<PairMove, Promise<void>>();
  const run = async (move: PairMove, prepared: PairMove | Promise<PairMove>): Promise<void> => {
    try {
      const outcome = await carry(context, await prepared, go);
      if (outcome === "moved") onEnd(move.step);
      else if (outcome === "needs-classic") waiting.add({ ...move, mover: "classic" });
    } catch (error) {
      failures.push(error);
    } finally {
      underWay.delete(move);
    }
  };
  const preparedMs = context.clock.nowMs();
  const takerIds = new Set<string>();
  const targetIds = targetsOf(moves.map(({ step }) => step));
  const afterTaking = async (_: ApplyContext, move: PairMove): Promise<PairMove> => {
    const sourceIds = new Set([move.step.from.id]);
    await settleEpochs(context, { topology: await context.lookAt(all), sourceIds, targetIds });
    return await preparedAgain(context, move);
  };
  // Who takes slots gets a newer epoch, and who takes slots from it has to hear of that one first.
  const isFresh = ({ mover, step: { from, mover: planned } }: PairMove): boolean =>
    context.clock.nowMs() - preparedMs < FRESH_MS_MAX && !takerIds.has(from.id) && mover === planned;
  for (;;) {
    while (go() && underWay.size < context.moving.pairsAtOnceMax) {
      const next = nextMove({ waiting: [...waiting], underWay: [...underWay.keys()] }, workOf);
      if (!next) break;
      waiting.delete(next);
      const again = takerIds.has(next.step.from.id) ? afterTaking : preparedAgain;
      underWay.set(next, run(next, isFresh(next) ? next : again(context, next)));
      takerIds.add(next.to.id);
    }
    if (underWay.size === 0) break;
    for (const { tally } of waiting) tally.waitsFor({ kind: "turn" });
    await Promise.race(underWay.values());
  }
  tellOthers(context, failures);
  if (failures.length > 0) throw failures[0];
}

/**
 * One failure ends the run; what else went wrong is told beside it, for slots may be open there as well. Pairs with one
 * target mostly fail for the same reason, which is told once.
 */
function tellOthers({ emit }: ApplyContext, [first, ...others]: readonly unknown[]): void {
  const told = new Set([messageOf(first)]);
  for (const error of others) {
    if (!isOperational(error)) throw error;
    if (told.has(error.message)) continue;
    told.add(error.message);
    emit({ event: "warning", node: error.node, message: error.message });
  }
}

function targetsOf(steps: readonly MoveStep[]): ReadonlySet<string> {
  return new Set(steps.map(({ to }) => to.id));
}

/** In keys: an empty slot takes its time too. */
function workOf({ slots, keyCount }: PairMove): number {
  return slots.size + keyCount;
}

/** A pair that had to wait for its turn is looked at again: its nodes may no longer be what they were. */
async function preparedAgain(context: ApplyContext, move: PairMove): Promise<PairMove> {
  const topology = await context.lookAt([move.from.address, move.to.address]);
  const prepared = await prepareMove(context, { step: move.step, topology });
  move.tally.isToMove({ slots: prepared.slots.size, keys: prepared.keyCount });
  // Of the others this look knows nothing.
  return { ...move, ...prepared, others: move.others, toTell: move.toTell };
}

type Outcome = "moved" | "stopped" | "needs-classic";

async function carry(context: ApplyContext, move: PairMove, go: () => boolean): Promise<Outcome> {
  move.tally.movesWith(move.mover);
  try {
    return (await movers[move.mover](context, move, go)) ? "moved" : "stopped";
  } catch (error) {
    if (!isWithoutAtomic(error) || !context.moving.mayFallBack || move.mover === "classic") throw error;
    context.emit({ event: "warning", node: error.node, message: error.message });
    return "needs-classic";
  }
}

function isWithoutAtomic(error: unknown): error is SlotctlError {
  return error instanceof SlotctlError && error.code === ATOMIC_UNAVAILABLE;
}
