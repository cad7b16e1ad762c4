import type { SlotSet } from "../cluster/slot-set.ts";
import { countOf } from "./format-number.ts";

/** `slot 5461`, `slots 0-5460,6000`; long lists are cut, for the problem carries them whole. */
export function slotsText(slots: SlotSet): string {
  const shown = slots.ranges.slice(0, 4).map((range) => rangeText(range));
  const hidden = slots.ranges.slice(4).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const more = hidden > 0 ? ` and ${countOf(hidden, "more", "more")}` : "";
  return `${slots.size === 1 ? "slot" : "slots"} ${shown.join(",")}${more}`;
}

function rangeText({ first, last }: { first: number; last: number }): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Slots for a command line; a list too long to type is left to the operator. */
export function slotsArgument(slots: SlotSet): string {
  const text = slots.toString();
  return text.length <= 200 ? text : "SLOTS";
}
