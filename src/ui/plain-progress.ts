import type { MoveProgress } from "../plan/run-event.ts";
import type { Canvas } from "./canvas.ts";
import { migrationFoundText, moveFigures, moversIn, waitingText, warningLine } from "./event-lines.ts";
import { formatSeconds } from "./format-number.ts";
import type { ProgressView } from "./progress-view.ts";
import { makeStepTracker } from "./step-tracker.ts";
import { stepWords } from "./step-words.ts";
import { waitsInShort } from "./wait-text.ts";

/** How often a line about the same thing may come, and how long a stage lasts before it is worth a line. */
const PAUSE_MS = 2000;

/** Calm lines that are never redrawn: for logs, pipes and CI. */
export function makePlainProgress({
  write,
  theme,
  nowMs,
}: Pick<Canvas, "theme"> & {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}): ProgressView {
  const tracker = makeStepTracker(nowMs);
  /** The stage under way, once it is told of, and before that. */
  let told: string | undefined;
  let untold: { readonly text: string; readonly sinceMs: number } | undefined;
  let lastWaitingFor: string | undefined;
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let move = makeMoveLines();

  const tellIfItLasts = () => {
    if (!untold || nowMs() < untold.sinceMs + PAUSE_MS) return;
    told = untold.text;
    untold = undefined;
    write(`${told}.`);
  };
  const writeSometimes = (line: () => string) => {
    if (untold || nowMs() < quietUntilMs) return;
    quietUntilMs = nowMs() + PAUSE_MS;
    write(`${told === undefined ? "" : "  "}${line()}`);
  };
  const tellMove = () => {
    tellIfItLasts();
    if (told !== undefined && move.hasBegun()) writeSometimes(move.nextLine);
  };
  // Where servers are silent there is no event to follow, and a log that stands still looks like a hang.
  const timer = setInterval(tellMove, PAUSE_MS).unref();

  return {
    onEvent: (event) => {
      const moment = tracker.follow(event);
      if (moment?.moment === "begin") {
        untold = { text: stepWords[moment.kind].doing(moment.count), sinceMs: nowMs() };
      }
      if (moment?.moment === "end") {
        const done = stepWords[moment.kind].done?.(moment.count);
        if (done !== undefined) write(`${done} in ${formatSeconds(moment.seconds)}.`);
        told = untold = undefined;
        move = makeMoveLines();
      }
      tellIfItLasts();
      if (event.event === "migration-found") write(migrationFoundText(event));
      if (event.event === "warning") write(warningLine(event, theme));
      if (event.event === "progress") {
        move.follow(event);
        tellMove();
      }
      if (event.event === "waiting") {
        // A new subject is news; the same one again is a sign of life.
        if (event.what !== lastWaitingFor) quietUntilMs = Number.NEGATIVE_INFINITY;
        lastWaitingFor = event.what;
        writeSometimes(() => waitingText(event, 100));
      }
    },
    close: () => clearInterval(timer),
  };
}

/** The lines of one move: the figures of now, and where they are those of the line before, why. */
function makeMoveLines() {
  let latest: MoveProgress | undefined;
  let written: MoveProgress | undefined;
  return {
    follow: (progress: MoveProgress) => {
      latest = progress;
    },
    hasBegun: () => latest !== undefined,
    nextLine: () => {
      const now = latest;
      if (!now) return "";
      const isStill = written?.slotsDone === now.slotsDone && written.keysDone === now.keysDone;
      written = now;
      const { amounts, left } = moveFigures(now);
      if (!isStill) return [...amounts, ...left, ...moversIn(now)].join(", ");
      const waits = waitsInShort(now.pairs);
      return `${amounts.join(", ")}; nothing has moved since${waits === "" ? "" : `, waiting: ${waits}`}`;
    },
  };
}
