import type { Pace } from "./kill-moment.ts";

/** What a run under `--progress json` has told on stderr. */
export interface Told {
  readonly lines: number;
  readonly progressLines: number;
  readonly slotsDone: number;
  /** From 0 to 1: of the slots or of the keys, whichever is further. */
  readonly partDone: number;
  readonly moveBegan: boolean;
  /** Every step that moves slots is over. */
  readonly moveEnded: boolean;
}

interface Line {
  readonly event: string;
  readonly at: string;
  readonly kind?: string;
  readonly slotsDone?: number;
  readonly slotsTotal?: number;
  readonly keysDone?: number;
  readonly keysTotal?: number;
}

export function toldBy(stderr: string): Told {
  const lines = linesOf(stderr);
  const progress = lines.findLast(({ event }) => event === "progress");
  const begun = lines.filter(isMove("step-start")).length;
  const ended = lines.filter(isMove("step-end")).length;
  return {
    lines: lines.length,
    progressLines: lines.filter(({ event }) => event === "progress").length,
    slotsDone: progress?.slotsDone ?? 0,
    partDone: progress
      ? Math.max(part(progress.slotsDone, progress.slotsTotal), part(progress.keysDone, progress.keysTotal))
      : 0,
    moveBegan: begun > 0,
    moveEnded: lines.some(({ event }) => event === "done") || (begun > 0 && ended === begun),
  };
}

/** How an undisturbed run went. */
export function paceOf({ stderr, ms }: { readonly stderr: string; readonly ms: number }): Pace {
  const lines = linesOf(stderr);
  const progress = lines.filter(({ event }) => event === "progress");
  const [first] = progress;
  const end = lines.findLast(isMove("step-end"));
  if (!first || !end) throw new Error(`the run to take the pace from moved nothing:\n${stderr}`);
  const moveMs = Math.max(0, Date.parse(end.at) - Date.parse(first.at));
  return { runMs: ms, moveMs, progressLines: progress.length };
}

function part(done = 0, total = 0): number {
  return total === 0 ? 0 : done / total;
}

function isMove(event: string): (line: Line) => boolean {
  return (line) => line.event === event && line.kind === "move-slots";
}

/** Only whole lines: the last one of a run that was killed may have been cut off. */
function linesOf(stderr: string): Line[] {
  return stderr
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
}
