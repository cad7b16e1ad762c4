import type { ApplyContext } from "./apply-context.ts";
import { ClassicBatch } from "./classic-batch.ts";
import { KeySender } from "./key-sender.ts";
import { openAfter } from "./open-after.ts";
import type { PairMove } from "./pair-move.ts";
import { batchSize, slotBatches } from "./slot-batches.ts";
import { throughStages } from "./through-stages.ts";

/**
 * Moves the slots of one pair with SETSLOT and MIGRATE, batch by batch: while the keys of one travel, the next one is
 * opened and the one before it handed over. Each batch looks at nothing but what the nodes hold, so a run that
 * died anywhere is continued by calling this again.
 *
 * @param go is asked before each batch; asked to stop in the middle of one, the slots that have begun to
 *   travel are finished and the others closed, so that no slot is left open.
 * @returns whether all slots have moved.
 * @throws NodeFailed or ConnectFailed; then slots of the batches in hand may still be open, and the message
 *   says so. All keys are on one of the two nodes.
 */
export async function moveClassic(
  context: ApplyContext,
  move: PairMove,
  go: () => boolean,
): Promise<boolean> {
  const sender = new KeySender(context, move);
  const size = batchSize(context.moving.maxLatencyMs);
  const inHand = new Set<ClassicBatch>();
  let isComplete = true;
  const batches = function* (): Generator<ClassicBatch, undefined> {
    for (const slots of slotBatches(move.slots, { ...size, keysInSlot: move.keysInSlot })) {
      isComplete &&= go();
      if (!isComplete) return undefined;
      const batch = new ClassicBatch(context, { move, sender, slots });
      inHand.add(batch);
      yield batch;
    }
    return undefined;
  };
  const finish = async (batch: ClassicBatch): Promise<void> => {
    if (!(await batch.finish())) isComplete = false;
    inHand.delete(batch);
  };
  try {
    await throughStages(batches(), [(batch) => batch.open(), (batch) => batch.send(), finish]);
  } catch (error) {
    throw await openAfter(context, { error, move, slots: [...inHand].flatMap(({ slots }) => slots) });
  }
  return isComplete;
}
