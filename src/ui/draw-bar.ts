import type { MoveProgress } from "../plan/run-event.ts";
import type { Theme } from "./theme.ts";

type Counts = Pick<MoveProgress, "slotsDone" | "slotsTotal" | "keysDone" | "keysTotal">;

export function drawBar(
  { share, width }: { share: number; width: number },
  { glyphs, ok, dim }: Theme,
): string {
  const done = Math.round(share * width);
  return `${ok(glyphs.barDone.repeat(done))}${dim(glyphs.barLeft.repeat(width - done))}`;
}

/** Keys are the work; slots count where there are none. */
export function shareDone({ slotsDone, slotsTotal, keysDone, keysTotal }: Counts): number {
  if (slotsDone >= slotsTotal) return 1;
  const share = keysTotal > 0 ? keysDone / keysTotal : slotsDone / slotsTotal;
  // Until the last slot has changed hands it is not over, however many keys have moved.
  return Math.min(0.99, share);
}
