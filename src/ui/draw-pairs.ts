import type { PairProgress } from "../plan/run-event.ts";
import type { Canvas } from "./canvas.ts";
import { drawBar, shareDone } from "./draw-bar.ts";
import { formatEta } from "./event-lines.ts";
import { cutText } from "./fit-text.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";
import type { PairRate } from "./pair-rates.ts";
import { type Cell, type Column, renderTable } from "./table.ts";
import type { Paint, Theme } from "./theme.ts";
import { shortWaitText } from "./wait-text.ts";

export interface PairsCanvas extends Canvas {
  /** How many pairs have a line of their own at most. */
  readonly pairsMax: number;
  /** Those of the pairs, in their order. */
  readonly rates: readonly PairRate[];
}

const BAR_WIDTH = 8;
/** `source answers after 14 ms`, `122,346 keys/s, 59 s left`. */
const DOING_WIDTH = 26;

/** A line for each pair under light headings, those under way first; the rest is counted. */
export function drawPairs(pairs: readonly PairProgress[], canvas: PairsCanvas): string[] {
  const { theme, columns, pairsMax, rates } = canvas;
  const rated = pairs.map((pair, index) => ({ pair, rate: rates[index] }));
  const sorted = rated.toSorted((a, b) => rankOf(a.pair) - rankOf(b.pair));
  // A line that says "and 1 more" would take the place of that one.
  const shown = sorted.length <= pairsMax + 1 ? sorted : sorted.slice(0, pairsMax);
  const fields = fieldsFor(pairs, theme);
  const rows = shown.map((each) => fields.map(({ cell }) => cell(each)));
  const lines = renderTable(fields, rows, { width: columns - 2, heading: theme.dim });
  const hidden = sorted.slice(shown.length).map(({ pair }) => pair);
  return [...lines, ...hiddenLine(hidden, theme)].map((line) => `  ${line}`);
}

interface RatedPair {
  readonly pair: PairProgress;
  readonly rate: PairRate | undefined;
}

interface Field extends Column {
  readonly cell: (rated: RatedPair) => Cell;
}

/** What changes from moment to moment does not count, or lines would jump about. */
function rankOf(pair: PairProgress): number {
  if (isDone(pair)) return 2;
  return pair.waitsFor?.kind === "turn" ? 1 : 0;
}

function fieldsFor(pairs: readonly PairProgress[], theme: Theme): Field[] {
  const { glyphs } = theme;
  const bytes: Field = {
    title: "bytes",
    align: "right",
    dropRank: 1,
    cell: ({ pair }) => ({ text: pair.bytesDone === undefined ? "" : formatBytes(pair.bytesDone) }),
  };
  const mover: Field = { title: "mover", dropRank: 2, cell: ({ pair }) => ({ text: pair.mover }) };
  const sees = pairs.some(({ bytesDone }) => bytesDone !== undefined);
  const movers = new Set(pairs.map((pair) => pair.mover));
  return [
    { title: "", cell: ({ pair }) => nodesCell(pair, theme) },
    { title: "", dropRank: 3, cell: ({ pair }) => barCell(pair, theme) },
    { title: "slots", align: "right", dropRank: 6, cell: ({ pair }) => ({ text: slotsText(pair) }) },
    {
      title: "keys",
      align: "right",
      dropRank: 4,
      cell: ({ pair }) => ({ text: formatNumber(pair.keysDone) }),
    },
    ...(sees ? [bytes] : []),
    ...(movers.size > 1 ? [mover] : []),
    {
      title: "",
      dropRank: 5,
      widthMin: DOING_WIDTH,
      fit: (text, width) => cutText(text, { width, ellipsis: glyphs.ellipsis }),
      cell: (rated) => doingCell(rated, theme),
    },
  ];
}

function nodesCell({ from, to }: PairProgress, { address, dim, glyphs }: Theme): Cell {
  return {
    text: `${from} ${glyphs.arrow} ${to}`,
    paint: () => `${address(from)} ${dim(glyphs.arrow)} ${address(to)}`,
  };
}

function barCell(pair: PairProgress, theme: Theme): Cell {
  return {
    // As wide as the bar that is painted over it.
    text: theme.glyphs.barLeft.repeat(BAR_WIDTH),
    paint: () => drawBar({ share: shareDone(pair), width: BAR_WIDTH }, theme),
  };
}

function slotsText({ slotsDone, slotsTotal }: PairProgress): string {
  return `${formatNumber(slotsDone)}/${formatNumber(slotsTotal)}`;
}

/** Always as wide, for the other columns must not come and go with what a pair does. */
function doingCell(rated: RatedPair, theme: Theme): Cell {
  const { text, paint } = doingWords(rated, theme);
  return { text: text.padEnd(DOING_WIDTH), paint };
}

function doingWords({ pair, rate }: RatedPair, { ok, dim, warning }: Theme): { text: string; paint: Paint } {
  if (isDone(pair)) return { text: "done", paint: ok };
  const { waitsFor } = pair;
  if (waitsFor) {
    const isTrouble = waitsFor.kind === "servers" && waitsFor.reason !== "";
    return { text: shortWaitText(pair, waitsFor), paint: isTrouble ? warning : dim };
  }
  const { keysPerSecond = 0, etaSeconds } = rate ?? {};
  const figures = [
    ...(keysPerSecond > 0 ? [`${formatNumber(keysPerSecond)} keys/s`] : []),
    ...(etaSeconds === undefined ? [] : [`${formatEta(etaSeconds)} left`]),
  ];
  return { text: figures.join(", "), paint: (text) => text };
}

function hiddenLine(hidden: readonly PairProgress[], { dim, glyphs }: Theme): string[] {
  if (hidden.length === 0) return [];
  const done = hidden.filter(isDone).length;
  const ofThem = done === 0 ? "" : done === hidden.length ? ", done" : `, ${formatNumber(done)} of them done`;
  return [dim(`${glyphs.ellipsis} and ${countOf(hidden.length, "more pair")}${ofThem}`)];
}

function isDone({ slotsDone, slotsTotal }: PairProgress): boolean {
  return slotsDone >= slotsTotal;
}
