import Table from "cli-table3";
import type { Paint } from "./theme.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Where there is too little room, the column with the lowest rank is left out first; without one it stays. */
  readonly dropRank?: number;
  /** Shortens a cell to a width. A column without it is never shortened: ids and addresses stay whole. */
  readonly fit?: (text: string, width: number) => string;
  /** The least width that `fit` is asked for. */
  readonly widthMin?: number;
}

export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

const gap = "  ";

/**
 * Rows under light headings, without boxes. What does not fit into `columns` is made narrower where it may
 * be, then left out by rank; lines may still be too long when nothing else can give.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, heading }: { width: number; heading: Paint | undefined },
): string[] {
  const { kept, widths } = layOut(columns, rows, width);
  const table = new Table({
    chars: { ...NO_BORDERS, middle: gap },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colAligns: kept.map((at) => columns[at]?.align ?? "left"),
  });
  if (heading) table.push(kept.map((at) => heading(columns[at]?.title ?? "")));
  for (const row of rows) {
    table.push(kept.map((at, place) => drawCell(row[at], columns[at], widths[place] ?? 0)));
  }
  if (table.length === 0) return [];
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** For cli-table3: nothing around a table and nothing between its rows. */
export const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};

/** Which columns stay, and how wide each is. */
function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): { kept: number[]; widths: number[] } {
  const natural = columns.map((column, at) =>
    Math.max(column.title.length, ...rows.map((row) => row[at]?.text.length ?? 0)),
  );
  const least = columns.map((column, at) =>
    Math.min(
      natural[at] ?? 0,
      column.fit ? Math.max(column.widthMin ?? 0, column.title.length) : (natural[at] ?? 0),
    ),
  );
  let kept = columns.map((_, at) => at);
  while (totalOf(kept, least) > width) {
    const victim = lowestRank(columns, kept);
    if (victim === undefined) break;
    kept = kept.filter((at) => at !== victim);
  }
  let spare = width - totalOf(kept, least);
  const widths = kept.map((at) => {
    const more = Math.max(0, Math.min(spare, (natural[at] ?? 0) - (least[at] ?? 0)));
    spare -= more;
    return (least[at] ?? 0) + more;
  });
  return { kept, widths };
}

function totalOf(kept: readonly number[], widths: readonly number[]): number {
  return kept.reduce((sum, at) => sum + (widths[at] ?? 0), 0) + gap.length * Math.max(0, kept.length - 1);
}

function lowestRank(columns: readonly Column[], kept: readonly number[]): number | undefined {
  const rank = (at: number) => columns[at]?.dropRank ?? Number.POSITIVE_INFINITY;
  const droppable = kept.filter((at) => Number.isFinite(rank(at)));
  return droppable.toSorted((a, b) => rank(a) - rank(b))[0];
}

function drawCell(cell: Cell | undefined, column: Column | undefined, width: number): string {
  const text = cell?.text ?? "";
  const short = column?.fit && text.length > width ? column.fit(text, width) : text;
  return cell?.paint && short !== "" ? cell.paint(short) : short;
}
