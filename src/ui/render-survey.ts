import {
  BIG_KEY_BYTES,
  holdsClientsUp,
  MIGRATE_MS_PER_MB,
  SLOT_KEYS_SEEN_MAX,
  type Survey,
  type SurveyedKey,
} from "../plan/survey.ts";
import type { Canvas } from "./canvas.ts";
import { cutText, hangText } from "./fit-text.ts";
import { countOf, formatBytes, formatNumber, formatSeconds } from "./format-number.ts";
import { keyText } from "./key-text.ts";
import { surveyTotals } from "./survey-totals.ts";
import { type Cell, renderTable } from "./table.ts";
import type { Theme } from "./theme.ts";

/** How many of the largest keys are named where none of them is big. */
const NAMED_OTHERWISE = 3;
const PAIRS_SHOWN_MAX = 30;

/** What will travel: how much per pair, the largest keys, and what they mean for clients. */
export function renderSurvey(survey: Survey, canvas: Canvas): string[] {
  const { theme } = canvas;
  const totals = surveyTotals(survey);
  const heading = `${theme.strong("Keys that will move:")} ${amountText(totals)}`;
  if (totals.keys === 0) return ["", heading];
  return [
    "",
    heading,
    ...(survey.pairs.length > 1 ? pairLines(survey, canvas) : []),
    ...unseenLines(totals, canvas),
    ...largestLines(survey, canvas),
  ];
}

/** Said now and then while a survey takes its time. */
export function surveyProgressText(survey: Survey): string {
  const { keys, keysSeen } = surveyTotals(survey);
  return `Looking at the keys that will move: ${formatNumber(keysSeen)} of ${countOf(keys, "key")} so far.`;
}

function amountText({ keys, bytes, keysUnseen }: ReturnType<typeof surveyTotals>): string {
  if (keys === 0) return "none.";
  return `${countOf(keys, "key")}, ${keysUnseen > 0 ? "at least " : ""}${formatBytes(bytes)}.`;
}

function pairLines({ pairs }: Survey, { theme, columns }: Canvas): string[] {
  const { address, dim, glyphs } = theme;
  const shown = pairs.length <= PAIRS_SHOWN_MAX + 1 ? pairs : pairs.slice(0, PAIRS_SHOWN_MAX);
  const rows = shown.map(({ from, to, keys, bytes, bigKeys }): Cell[] => [
    {
      text: `${from} ${glyphs.arrow} ${to}`,
      paint: () => `${address(from)} ${dim(glyphs.arrow)} ${address(to)}`,
    },
    { text: countOf(keys, "key") },
    { text: formatBytes(bytes) },
    { text: bigKeys === 0 ? "" : countOf(bigKeys, "big key") },
  ]);
  const right = { title: "", align: "right" as const };
  const lines = renderTable([{ title: "" }, right, right, { title: "", dropRank: 1 }], rows, {
    width: columns - 2,
    heading: undefined,
  });
  const hidden = pairs.length - shown.length;
  const more = hidden > 0 ? [dim(`${glyphs.ellipsis} and ${countOf(hidden, "more pair")}`)] : [];
  return [...lines, ...more].map((line) => `  ${line}`);
}

function unseenLines({ keysUnseen }: ReturnType<typeof surveyTotals>, canvas: Canvas): string[] {
  if (keysUnseen === 0) return [];
  return signed(
    "warning",
    `${countOf(keysUnseen, "key")} ${keysUnseen === 1 ? "was" : "were"} not looked at: of a slot only the first ` +
      `${formatNumber(SLOT_KEYS_SEEN_MAX)} keys are, and none whose size the node does not tell. There may be larger keys among them.`,
    canvas,
  );
}

function largestLines(survey: Survey, canvas: Canvas): string[] {
  const { bigKeys } = surveyTotals(survey);
  const big = survey.largest.filter(({ bytes }) => bytes >= BIG_KEY_BYTES);
  const size = formatBytes(BIG_KEY_BYTES);
  if (bigKeys === 0) {
    const shown = survey.largest.slice(0, NAMED_OTHERWISE);
    const lead = `No key is as large as ${size}.${shown.length === 0 ? "" : " The largest:"}`;
    return [...signed("info", lead, canvas), ...keyLines(shown, canvas)];
  }
  const text = `${countOf(bigKeys, "key")} ${bigKeys === 1 ? "is" : "are"} of ${size} or more. ${meaningText(big)}`;
  const { dim, glyphs } = canvas.theme;
  const hidden = bigKeys - big.length;
  const more = hidden > 0 ? [`  ${dim(`${glyphs.ellipsis} and ${formatNumber(hidden)} more`)}`] : [];
  return [
    ...signed(big.some(holdsClientsUp) ? "warning" : "info", text, canvas),
    ...keyLines(big, canvas),
    ...more,
  ];
}

function meaningText(big: readonly SurveyedKey[]): string {
  const { least, most } = MIGRATE_MS_PER_MB;
  const held = big.filter(holdsClientsUp);
  const atomic = "The servers' own migration sends them while they are in use, and no client waits.";
  if (held.length === 0) return atomic;
  const classic =
    "The classic mover sends a key in one piece, and clients of both nodes wait meanwhile: " +
    `on a fast network ${least} to ${most} ms for each MB.`;
  return held.length === big.length ? classic : `${classic} ${atomic}`;
}

function keyLines(keys: readonly SurveyedKey[], { theme, columns }: Canvas): string[] {
  const { ellipsis } = theme.glyphs;
  const rows = keys.map((key): Cell[] => [
    { text: formatBytes(key.bytes) },
    { text: keyText(key.key), paint: theme.strong },
    { text: `slot ${key.slot}${key.database === 0 ? "" : `, database ${key.database}`}`, paint: theme.slots },
    { text: `on ${key.from}`, paint: theme.address },
    { text: holdsClientsUp(key) ? holdText(key) : "", paint: theme.warning },
  ]);
  const columnsOfKeys = [
    { title: "", align: "right" as const },
    { title: "", widthMin: 16, fit: (text: string, width: number) => cutText(text, { width, ellipsis }) },
    { title: "" },
    { title: "", dropRank: 2 },
    { title: "", dropRank: 1 },
  ];
  return renderTable(columnsOfKeys, rows, { width: columns - 2, heading: undefined }).map(
    (line) => `  ${line}`,
  );
}

function holdText({ bytes }: SurveyedKey): string {
  const seconds = (msPerMb: number) => formatSeconds((bytes / BIG_KEY_BYTES) * (msPerMb / 1000));
  return `${seconds(MIGRATE_MS_PER_MB.least)} to ${seconds(MIGRATE_MS_PER_MB.most)}`;
}

function signed(
  severity: "warning" | "info",
  text: string,
  { theme, columns }: Pick<Canvas, "columns"> & { theme: Theme },
): string[] {
  const sign = theme.glyphs[severity];
  const [first = "", ...rest] = hangText(`${sign} `, text, columns);
  return [`${theme[severity](sign)}${first.slice(sign.length)}`, ...rest];
}
