import { type SlotRange, SlotSet } from "../cluster/slot-set.ts";
import { Bug } from "../errors.ts";

/**
 * Chooses which `count` slots of `from` go to the node that has `to`.
 *
 * Whole ranges go while they fit, those first that touch the target's own. What is then missing is cut off
 * one end of one range, where it touches the target if it can: never out of the middle. So the two nodes
 * together have at most one range more than before.
 */
export function chooseSlots({
  from,
  to,
  count,
}: {
  readonly from: SlotSet;
  readonly to: SlotSet;
  readonly count: number;
}): SlotSet {
  if (count > from.size) throw new Bug(`${count} slots cannot be chosen out of ${from.size}`);
  const whole: SlotRange[] = [];
  let left = count;
  for (const range of inOrderOfFit(from.ranges, to)) {
    if (sizeOf(range) > left) continue;
    whole.push(range);
    left -= sizeOf(range);
  }
  const chosen = SlotSet.ofRanges(whole);
  if (left === 0) return chosen;
  const end = cutOff({ ranges: from.minus(chosen).ranges, to: to.union(chosen), count: left });
  return chosen.union(SlotSet.ofRanges([end]));
}

/** Touching ranges first, then the large ones, so that few ranges make up the count. */
function inOrderOfFit(ranges: readonly SlotRange[], to: SlotSet): SlotRange[] {
  const touches = (range: SlotRange) => Number(to.has(range.first - 1) || to.has(range.last + 1));
  return [...ranges].sort((a, b) => touches(b) - touches(a) || sizeOf(b) - sizeOf(a) || a.first - b.first);
}

/** All of `ranges` have more than `count` slots here: a smaller one would have gone whole. */
function cutOff(cut: {
  readonly ranges: readonly SlotRange[];
  readonly to: SlotSet;
  readonly count: number;
}): SlotRange {
  const touchedAbove = cut.ranges.find((range) => cut.to.has(range.last + 1));
  if (touchedAbove) return { first: touchedAbove.last - cut.count + 1, last: touchedAbove.last };
  const range = cut.ranges.find(({ first }) => cut.to.has(first - 1)) ?? cut.ranges[0];
  if (!range) throw new Bug("there is no range left to cut slots off");
  return { first: range.first, last: range.first + cut.count - 1 };
}

function sizeOf({ first, last }: SlotRange): number {
  return last - first + 1;
}
