import { leastSum } from "./least-sum.ts";
import { loadOf, type LoadedSlot } from "./loaded-shard.ts";

/** Up to so many slots the least sum is searched for; more of them are fine-grained enough to come close anyhow. */
const SEARCHED_MAX = 48;
const STEPS_MAX = 20_000;

/**
 * Which of a shard's slots to give away, so that they carry `need` or more and as little beyond as can be; with few
 * slots rather than many, and neighbours rather than slots from all over, for every gap between slots makes the
 * cluster's slot map longer.
 *
 * @param slots the heaviest first.
 */
export function chooseGiven<Slot extends LoadedSlot>(
  slots: readonly Slot[],
  { need, epsilon }: { readonly need: number; readonly epsilon: number },
): readonly Slot[] {
  if (need <= 0) return [];
  if (slots.length <= SEARCHED_MAX) {
    const found = leastSum(
      slots.map(({ load }) => load),
      { need: need - epsilon, stepsMax: STEPS_MAX, goodEnough: epsilon },
    );
    return found ? found.chosen.flatMap((at) => slots[at] ?? []) : slots;
  }
  const few = heaviestThatFit(slots, need, epsilon);
  const side = neighboursThatFit(slots, need, epsilon);
  const isAsGood =
    side.length <= few.length * NEIGHBOURS_MORE_MAX && loadOf(side) <= loadOf(few) + need * 0.001;
  return isAsGood ? side : few;
}

/** What a shard that is within its band gives besides, so that others get into theirs: no more than it can spare. */
export function chooseSpared<Slot extends LoadedSlot>(slots: readonly Slot[], most: number): readonly Slot[] {
  const side = takeFitting(
    slots.toSorted((a, b) => a.slot - b.slot),
    most,
  );
  const few = takeFitting(slots, most);
  return [...(side.size <= few.size * NEIGHBOURS_MORE_MAX ? side : few)];
}

/** So many times more slots are worth their being neighbours. */
const NEIGHBOURS_MORE_MAX = 1.2;

/** Takes the heaviest that still fits, and in the end the lightest that makes up what is missing. */
function heaviestThatFit<Slot extends LoadedSlot>(
  slots: readonly Slot[],
  need: number,
  epsilon: number,
): readonly Slot[] {
  return closed(slots, takeFitting(slots, need), { need, epsilon });
}

/** The same, but in the order of the slots. */
function neighboursThatFit<Slot extends LoadedSlot>(
  slots: readonly Slot[],
  need: number,
  epsilon: number,
): readonly Slot[] {
  const inOrder = slots.toSorted((a, b) => a.slot - b.slot);
  return closed(slots, takeFitting(inOrder, need), { need, epsilon });
}

function takeFitting<Slot extends LoadedSlot>(slots: readonly Slot[], need: number): Set<Slot> {
  const taken = new Set<Slot>();
  let left = need;
  for (const slot of slots) {
    if (slot.load > left) continue;
    taken.add(slot);
    left -= slot.load;
  }
  return taken;
}

function closed<Slot extends LoadedSlot>(
  slots: readonly Slot[],
  taken: Set<Slot>,
  { need, epsilon }: { readonly need: number; readonly epsilon: number },
): readonly Slot[] {
  const missing = need - loadOf([...taken]);
  if (missing > epsilon) {
    const closing = slots.findLast((slot) => !taken.has(slot) && slot.load >= missing - epsilon);
    if (closing) taken.add(closing);
  }
  return [...taken];
}
