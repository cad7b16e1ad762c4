import type { Canvas } from "./canvas.ts";
import { drawMoves } from "./draw-moves.ts";
import { migrationFoundText, waitingText, warningLine } from "./event-lines.ts";
import { hangText } from "./fit-text.ts";
import { formatSeconds } from "./format-number.ts";
import { makeSpinner } from "./make-spinner.ts";
import { makePairRates } from "./pair-rates.ts";
import type { ProgressOptions, ProgressStream, ProgressView } from "./progress-view.ts";
import { makeStepTracker } from "./step-tracker.ts";
import { stepWords } from "./step-words.ts";

/** Before the text of a spinner. */
const MARGIN = 3;
const PAIRS_SHOWN = { least: 3, most: 16 } as const;

/** On a terminal: finished work stands still above, what is under way is redrawn below it. */
export function makeLiveProgress({ stream, theme, nowMs, columns }: ProgressOptions): ProgressView {
  const tracker = makeStepTracker(nowMs);
  const ratesOf = makePairRates(nowMs);
  const spinner = makeSpinner(stream, theme);
  const render = spinner.render.bind(spinner);
  // ora erases line by line before it draws: sent as one, no terminal shows what is between.
  spinner.render = () => {
    inOneWrite(stream, render);
    return spinner;
  };
  let closed = false;

  const show = (text: string) => {
    spinner.text = text;
    if (!spinner.isSpinning) spinner.start();
  };
  // While it spins, ora makes room for what is written by others.
  const keep = (line: string) => inOneWrite(stream, () => stream.write(`${line}\n`));
  /** As of now, for the window may change its size at any moment. */
  const width = () => (stream.columns || columns) - MARGIN;

  return {
    onEvent: (event) => {
      if (closed) return;
      const moment = tracker.follow(event);
      if (moment?.moment === "begin") show(stepWords[moment.kind].doing(moment.count));
      if (moment?.moment === "end") {
        const done = stepWords[moment.kind].done?.(moment.count);
        spinner.stop();
        if (done !== undefined) {
          keep(`${theme.ok(theme.glyphs.ok)} ${done} ${theme.dim(`in ${formatSeconds(moment.seconds)}`)}`);
        }
      }
      if (event.event === "waiting") show(waitingText(event, width()));
      if (event.event === "progress") {
        const canvas = { theme, columns: width(), pairsMax: pairsMax(stream), rates: ratesOf(event) };
        show(drawMoves(event, canvas).join("\n"));
      }
      if (event.event === "migration-found") keep(foundLines(event, { theme, columns: width() }).join("\n"));
      if (event.event === "warning") keep(warningLine(event, theme));
      if (event.event === "done") spinner.stop();
    },
    close: () => {
      closed = true;
      spinner.stop();
    },
  };
}

function foundLines(event: Parameters<typeof migrationFoundText>[0], { theme, columns }: Canvas): string[] {
  const sign = theme.glyphs.info;
  const [first = "", ...rest] = hangText(`${sign} `, migrationFoundText(event), columns);
  return [`${theme.info(sign)}${first.slice(sign.length)}`, ...rest];
}

/** Half the screen at most, so that what stands above can still be read. */
function pairsMax({ rows = 24 }: ProgressStream): number {
  return Math.max(PAIRS_SHOWN.least, Math.min(PAIRS_SHOWN.most, Math.floor(rows / 2) - 4));
}

function inOneWrite(stream: ProgressStream, write: () => unknown): void {
  stream.cork?.();
  try {
    write();
  } finally {
    stream.uncork?.();
  }
}
