import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { eachApart } from "./each-apart.ts";
import { DwindlingKeys } from "./dwindling-keys.ts";
import { findKeys } from "./find-keys.ts";
import { KeySender } from "./key-sender.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { PaceSetter } from "./pace-setter.ts";
import type { PairMove } from "./pair-move.ts";
import { movedMeanwhile } from "./moved-meanwhile.ts";
import { migrateTimeout } from "./prepare-move.ts";
import { settleConflicts } from "./settle-conflicts.ts";
import type { Stage } from "./stage.ts";
import { waitForAgreement } from "./wait-for-agreement.ts";

type GatherStep = StepOf<"gather-keys">;

const SLOTS_AT_ONCE = 64;
/**
 * Sends the keys that nodes hold of slots which are not theirs to the owners of these slots. While a slot is being
 * emptied its holder imports it: only then does it take MIGRATE for it, and no gossip makes it delete the keys. A run
 * that dies leaves it so, and the same command goes on. Asked to stop, it finishes the slots in hand.
 */
export async function gatherKeys(
  context: ApplyContext,
  { steps, onEnd }: Stage<"gather-keys">,
): Promise<void> {
  const nodes = steps.flatMap((step) => [step.from.address, step.to.address]);
  await waitForAgreement(context, nodes, { reasons: ["state-fail", "unknown-node"] });
  using paces = new PaceSetter(context);
  await eachApart(steps, {
    atOnceMax: context.moving.pairsAtOnceMax,
    // A node answers nobody while it sends keys: two that send to each other, or more in a ring, would wait for each
    // other until MIGRATE gives up. And two that hold the same key would meet at its owner.
    needs: ({ from, to }) => [from.id, to.id],
    work: async (step) => {
      if (!context.signal.aborted && (await gather(context, { step, paces }))) onEnd(step);
    },
  });
  context.tally.flush();
}

/** @returns whether all of it is done; otherwise it was asked to stop. */
async function gather(
  context: ApplyContext,
  { step, paces }: { readonly step: GatherStep; readonly paces: PaceSetter },
): Promise<boolean> {
  const move = await prepare(context, { step, paces });
  const sender = new KeySender(context, move);
  const slots = [...step.slots];
  for (let start = 0; start < slots.length; start += SLOTS_AT_ONCE) {
    if (context.signal.aborted) return false;
    const some = slots.slice(start, start + SLOTS_AT_ONCE);
    await emptyAndClose(context, { step, move, sender, slots: some });
    move.tally.slotsMoved(0);
  }
  return true;
}

async function prepare(
  context: ApplyContext,
  { step, paces }: { readonly step: GatherStep; readonly paces: PaceSetter },
): Promise<PairMove> {
  const [from, to] = await Promise.all([
    lookAtStepNode(context, step.from),
    lookAtStepNode(context, step.to),
  ]);
  refuse(step.to, step.slots.minus(to.self.slots), "does not own slots");
  refuse(step.from, step.slots.intersect(from.self.slots), "owns slots");
  const leaving = SlotSet.of(to.self.openSlots.map(({ slot }) => slot)).intersect(step.slots);
  refuse(step.to, leaving, "is sending away slots");
  const source = context.clients.at(step.from.address);
  await source.markImporting(step.slots, step.to.id);
  const counts = await source.countKeys([...step.slots]);
  const keyCount = counts.reduce((sum, count) => sum + count, 0);
  const addresses = { from: step.from.address, to: step.to.address };
  const tally = context.tally.begin({
    from: formatAddress(addresses.from),
    to: formatAddress(addresses.to),
    slotsTotal: 0,
    keysTotal: keyCount,
    mover: "classic",
  });
  return {
    step: { kind: "move-slots", from: step.from, to: step.to, slots: step.slots, mover: "classic" },
    slots: step.slots,
    keysInSlot: new Map([...step.slots].map((slot, index) => [slot, counts[index] ?? 0])),
    keyCount,
    from: step.from,
    to: step.to,
    toAnnounced:
      from.lines.find(({ id }) => id === step.to.id)?.address ?? to.self.address ?? step.to.address,
    others: [],
    toTell: [],
    migrateTimeoutMs: await migrateTimeout(context, step.from),
    bytesPerKey: from.keys === 0 ? 0 : from.datasetBytes / from.keys,
    mover: "classic",
    targetServes: true,
    tally,
    pace: paces.paceOf({ ...addresses, tally }),
  };
}

interface Emptying {
  readonly step: GatherStep;
  readonly move: PairMove;
  readonly sender: KeySender;
  readonly slots: readonly number[];
}

/** A key that came after the last count would be out of everybody's sight once its slot is closed. */
async function emptyAndClose(context: ApplyContext, work: Emptying): Promise<void> {
  const holder = context.clients.at(work.step.from.address);
  for (let { slots } = work; slots.length > 0;) {
    await emptySlots(context, { ...work, slots });
    const counts = await holder.closeCounting(slots);
    slots = slots.filter((_, index) => counts[index] !== 0);
    await holder.markImporting(slots, work.step.to.id);
  }
}

async function emptySlots(context: ApplyContext, work: Emptying): Promise<void> {
  const { step, move, sender, slots } = work;
  const source = context.clients.at(step.from.address);
  // A slot that has begun is finished, whoever asks to stop: its keys are on the way.
  const begun = new Set(slots);
  const dwindling = new DwindlingKeys(context, step.from);
  for (;;) {
    const counts = await source.countKeys(slots);
    const full = slots.filter((_, index) => counts[index] !== 0);
    if (full.length === 0) return;
    await dwindling.stillCounted(
      counts.reduce((sum, count) => sum + count, 0),
      full,
    );
    for (const database of await source.databases()) {
      const keys = await findKeys(context, { move, slots: full, database });
      const free = await settleConflicts(context, { step, database, found: keys.slots });
      await sender.send(free, { database, begun });
    }
  }
}

function refuse({ address }: NodeRef, slots: SlotSet, what: string): void {
  if (slots.size > 0) throw movedMeanwhile(address, `${what} ${slots} by now`);
}
