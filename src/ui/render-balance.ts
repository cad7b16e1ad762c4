import type { Topology } from "../cluster/topology.ts";
import type { HotKey, HotSlotFound, LoadBalance, ShardBalance } from "../plan/load-balance.ts";
import type { Canvas } from "./canvas.ts";
import { describeLoadMove, loadMoveAmount } from "./describe-load-move.ts";
import { hangText, wrapText } from "./fit-text.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";
import { keyText } from "./key-text.ts";
import { formatDifference, formatLoad, formatPercent, HOW_WORDS, LOAD_WORDS } from "./load-words.ts";
import { nameInTopology } from "./name-in-topology.ts";
import { type Cell, renderTable } from "./table.ts";

const SHARDS_SHOWN_MAX = 30;
const MOVES_SHOWN_MAX = 30;
const HOT_SHOWN_MAX = 5;

interface Shown {
  readonly balance: LoadBalance;
  readonly basis: Topology;
  readonly canvas: Canvas;
}

/** What each shard carries before and afterwards, how near the plan is to the least, and what moving cannot cure. */
export function renderBalance(balance: LoadBalance, basis: Topology, canvas: Canvas): string[] {
  const shown = { balance, basis, canvas };
  return [
    "",
    canvas.theme.strong(headingText(balance)),
    ...shardLines(shown),
    ...boundLines(shown),
    ...warningLines(shown),
  ];
}

/** Why each move is made. */
export function renderReasons(balance: LoadBalance, basis: Topology, canvas: Canvas): string[] {
  const { theme, columns } = canvas;
  if (balance.moves.length === 0) return [];
  const moves = balance.moves.toSorted((a, b) => b.load - a.load).slice(0, MOVES_SHOWN_MAX);
  const hidden = balance.moves.length - moves.length;
  return [
    "",
    theme.strong("Why:"),
    ...moves.flatMap((move) => {
      const [from, to] = [move.fromId, move.toId].map((id) => nameInTopology(basis, id));
      const head = `${from} ${theme.glyphs.arrow} ${to}: ${loadMoveAmount(move, balance)}`;
      const why = describeLoadMove(move, { balance, basis });
      return [`  ${head}`, ...wrapText(why, columns - 6).map((line) => `      ${theme.dim(line)}`)];
    }),
    ...(hidden > 0
      ? [`  ${theme.dim(`${theme.glyphs.ellipsis} and ${formatNumber(hidden)} more, all in --json`)}`]
      : []),
  ];
}

function headingText({ by, how, seconds, keysSeen }: LoadBalance): string {
  const facts = [
    ...(HOW_WORDS[how] === "" ? [] : [HOW_WORDS[how]]),
    ...(keysSeen === undefined ? [] : [`${countOf(keysSeen, "key")} looked at`]),
    ...(seconds === undefined ? [] : [`over ${seconds} s`]),
  ];
  return `${LOAD_WORDS[by]}${facts.length === 0 ? "" : ` (${facts.join("; ")})`}:`;
}

function shardLines({ balance, basis, canvas: { theme, columns } }: Shown): string[] {
  const { shards, by } = balance;
  // In a large cluster those that are furthest off tell most.
  const off = ({ before, target }: ShardBalance) => Math.abs(before - target);
  const kept = new Set(shards.toSorted((a, b) => off(b) - off(a)).slice(0, SHARDS_SHOWN_MAX));
  const rows = shards
    .filter((shard) => kept.has(shard))
    .map((shard): Cell[] => {
      const isOut = shard.after < shard.least || shard.after > shard.most;
      return [
        { text: nameInTopology(basis, shard.id), paint: theme.address },
        { text: formatLoad(by, shard.target) },
        { text: formatLoad(by, shard.before) },
        { text: formatDifference(shard.before, shard.target) },
        { text: formatLoad(by, shard.after) },
        { text: formatDifference(shard.after, shard.target), ...(isOut ? { paint: theme.warning } : {}) },
        {
          text: `${formatNumber(shard.slotsBefore)} ${theme.glyphs.arrow} ${formatNumber(shard.slotsAfter)}`,
        },
      ];
    });
  const right = (title: string, dropRank?: number) => ({
    title,
    align: "right" as const,
    ...(dropRank === undefined ? {} : { dropRank }),
  });
  const columnsOfShards = [
    { title: "shard" },
    right("should", 2),
    right("before"),
    right(""),
    right("after"),
    right(""),
    right("slots", 1),
  ];
  const hidden = shards.length - rows.length;
  return [
    ...renderTable(columnsOfShards, rows, { width: columns - 2, heading: theme.dim }),
    ...(hidden > 0 ? [theme.dim(`${theme.glyphs.ellipsis} and ${formatNumber(hidden)} more`)] : []),
  ].map((line) => `  ${line}`);
}

const STAYS_UNEVEN =
  "Not every shard is as near to its share as asked for, and no move of whole slots would make much of a difference.";

/** The plan beside what no plan can do without. */
function boundLines({ balance, canvas: { columns } }: Shown): string[] {
  const { by, moved, bound, isReached, isProven, ranges } = balance;
  if (moved.slots === 0) return isReached ? [] : wrapText(STAYS_UNEVEN, columns);
  const keys = by === "keys" ? "" : `, ${countOf(moved.keys, "key")}`;
  const bytes = by === "memory" ? "" : `, about ${formatBytes(moved.bytes)}`;
  const what = `To move: ${by === "slots" ? "" : `${formatLoad(by, moved.load)} in `}${countOf(moved.slots, "slot")}${keys}${bytes}.`;
  const over = bound > 0 ? ((moved.load - bound) / bound) * 100 : 0;
  const near = !isReached
    ? "Not every shard comes as near to its share as asked for: whole slots do not add up to it."
    : isProven
      ? "No plan moves less."
      : `No plan can move less than ${formatLoad(by, bound)}; this one moves ${formatPercent(Math.max(0, over))} more than that.`;
  const pieces =
    ranges.after > ranges.before
      ? ` The slot map comes to have ${formatNumber(ranges.after)} ranges; now there are ${formatNumber(ranges.before)}.`
      : "";
  return wrapText(`${what} ${near}${pieces}`, columns);
}

function warningLines({ balance, basis, canvas }: Shown): string[] {
  const hot = balance.hot.slice(0, HOT_SHOWN_MAX);
  const hidden = balance.hot.length - hot.length;
  return [
    ...hot.flatMap((slot) => warning(hotText(slot, { balance, basis }), canvas)),
    ...(hidden > 0 ? warning(`${countOf(hidden, "more slot")} like that: all are in --json.`, canvas) : []),
    ...(balance.full.length > 0 ? warning(fullText(balance, basis), canvas) : []),
  ];
}

function hotText(
  { slot, load, share, hostId, keys, hotKeys }: HotSlotFound,
  { balance, basis }: Pick<Shown, "balance" | "basis">,
): string {
  const times =
    share > 0 ? `${(load / share).toFixed(1)} times the ${formatLoad(balance.by, share)} that` : "more than";
  const named = hotKeys.map(hotKeyText).join(", ");
  const told =
    hotKeys.length === 0
      ? ""
      : ` ${hotKeys.some(({ frequency }) => frequency !== undefined) ? "Most used" : "Largest"}: ${named}.`;
  return (
    `Slot ${slot} alone carries ${formatLoad(balance.by, load)}, ${times} its shard should carry in all: ` +
    `moving slots cannot cure that, only keys with other names or less in them. It holds ${countOf(keys, "key")}, ` +
    `and ${nameInTopology(basis, hostId)} has as little as can be besides.${told}`
  );
}

function hotKeyText({ key, bytes, frequency }: HotKey): string {
  const facts = [
    ...(frequency === undefined ? [] : [`LFU counter ${frequency}`]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ];
  return `${keyText(key)}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

function fullText({ full }: LoadBalance, basis: Topology): string {
  const names = full.map((id) => nameInTopology(basis, id)).join(", ");
  return `More does not fit below maxmemory: ${names} could carry more, but for that.`;
}

function warning(text: string, { theme, columns }: Canvas): string[] {
  const sign = theme.glyphs.warning;
  const [first = "", ...rest] = hangText(`${sign} `, text, columns);
  return [`${theme.warning(sign)}${first.slice(sign.length)}`, ...rest];
}
