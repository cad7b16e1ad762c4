import { UsageError } from "../errors.ts";
import { SLOT_COUNT, type SlotRange, SlotSet } from "./slot-set.ts";

/**
 * Reads the contract's SLOTS notation: slots and ranges with commas between, `0-100,200,300-399`.
 *
 * @throws UsageError for anything else, a slot past 16383, or a range that runs backwards.
 */
export function parseSlots(text: string): SlotSet {
  return SlotSet.ofRanges(text.split(",").map((part) => parseRange(part.trim(), text)));
}

function parseRange(part: string, whole: string): SlotRange {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || last >= SLOT_COUNT || first > last) {
    throw new UsageError(`"${whole}" is not a list of slots: ${faultOf(part, { first, last })}.`, {
      code: "bad-slots",
      hint: `Slots run from 0 to ${SLOT_COUNT - 1}. Write them as 0-100,200,300-399.`,
    });
  }
  return { first, last };
}

function faultOf(part: string, { first, last }: SlotRange): string {
  if (part === "") return "an item is empty";
  if (first > last) return `"${part}" runs backwards, and ${last}-${first} would not`;
  return Math.max(first, last) >= SLOT_COUNT ? `"${part}" is past the last slot` : `"${part}" is none`;
}
