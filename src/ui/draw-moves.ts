import type { MoveProgress } from "../plan/run-event.ts";
import type { Canvas } from "./canvas.ts";
import { drawBar, shareDone } from "./draw-bar.ts";
import { drawPairs, type PairsCanvas } from "./draw-pairs.ts";
import { moveFigures, moversIn } from "./event-lines.ts";
import { heldTogether, wrapText } from "./fit-text.ts";
import { waitText } from "./wait-text.ts";

const BAR_WIDTH = { least: 6, most: 24 } as const;
/** What is left gets shorter as it goes down, and the bar must not change with it. */
const LEFT_WIDTH = "  999 h 59 min left".length;

/** How far a move has come: a bar, its figures, and a line for each pair of nodes where there are several. */
export function drawMoves(progress: MoveProgress, canvas: PairsCanvas): string[] {
  const { theme, columns } = canvas;
  const [only, ...others] = progress.pairs;
  const waits = only?.waitsFor && others.length === 0 ? [`waiting: ${waitText(only.waitsFor)}`] : [];
  return [
    ...drawHead(progress, canvas),
    ...inLines(amountsOf(progress), ", ", columns - 2).map((line) => `  ${line}`),
    ...waits.flatMap((text) => wrapText(text, columns - 2)).map((line) => `  ${theme.dim(line)}`),
    ...(others.length === 0 ? [] : drawPairs(progress.pairs, canvas)),
  ];
}

function drawHead(progress: MoveProgress, { theme, columns }: Canvas): string[] {
  const share = shareDone(progress);
  const what = `Moving slots${moverText(progress)}`;
  const percent = `${Math.floor(share * 100)} %`;
  const { left } = moveFigures(progress);
  const gaps = 4;
  const width = Math.min(BAR_WIDTH.most, columns - what.length - gaps - "100 %".length - LEFT_WIDTH);
  if (width < BAR_WIDTH.least) return inLines([what, percent, ...left], " ", columns);
  return [[what, drawBar({ share, width }, theme), percent.padStart(5), ...left].join("  ")];
}

function moverText({ pairs }: MoveProgress): string {
  const [mover, ...others] = new Set(pairs.map((pair) => pair.mover));
  return mover === undefined || others.length > 0 ? "" : ` (${mover})`;
}

/** Several movers have no room in the first line, and a screen may be too narrow for that of each pair. */
function amountsOf(progress: MoveProgress): string[] {
  const { amounts } = moveFigures(progress);
  return moverText(progress) === "" ? [...amounts, ...moversIn(progress)] : amounts;
}

/** Figures are not broken: `5` at the end of a line and `keys` on the next are hard to read. */
function inLines(texts: readonly string[], separator: string, width: number): string[] {
  return wrapText(texts.map(heldTogether).join(separator), width);
}
