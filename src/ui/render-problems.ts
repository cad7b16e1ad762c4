import { listNames } from "../cluster/node-name.ts";
import { SEVERITIES, type Severity } from "../cluster/problem.ts";
import type { Canvas } from "./canvas.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { cutList, hangText, wrapText } from "./fit-text.ts";
import { countOf } from "./format-number.ts";
import { hintLines } from "./hint-lines.ts";
import type { Theme } from "./theme.ts";

/** A block for each problem, the worst first, and how many there are. */
export function renderProblems(described: readonly DescribedProblem[], canvas: Canvas): string[] {
  const { theme } = canvas;
  if (described.length === 0) return [theme.ok(`${theme.glyphs.ok} No problems found.`)];
  const worstFirst = SEVERITIES.flatMap((severity) =>
    described.filter((problem) => problem.severity === severity),
  );
  return [
    ...worstFirst.flatMap((problem) => [...renderProblem(problem, canvas), ""]),
    countLine(described, theme),
  ];
}

/** The problems that a command has found and leaves as they are; nothing where it leaves none. */
export function renderLeft(described: readonly DescribedProblem[], canvas: Canvas): string[] {
  if (described.length === 0) return [];
  return [canvas.theme.strong("Left as it is"), ...renderProblems(described, canvas), ""];
}

/** In short, for whoever asked for something else: that the cluster is not in order, and where all is told. */
export function renderFaultsNote(
  faults: readonly DescribedProblem[],
  { seed, ...canvas }: Canvas & { readonly seed: string },
): string[] {
  if (faults.length === 0) return [];
  const { theme, columns } = canvas;
  const codes = [...new Set(faults.map(({ code }) => code))].join(", ");
  const sign = theme.glyphs.warning;
  const [first = "", ...rest] = hangText(`${sign} `, `The cluster is not in order: ${codes}.`, columns);
  const hint = `What it is, and what to do about it: slotctl check ${seed}`;
  return [
    `${theme.warning(sign)}${first.slice(sign.length)}`,
    ...rest,
    ...hintLines(hint, canvas, { indent: "  " }),
  ];
}

const severityWords: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

const INDENT = "    ";

function renderProblem(problem: DescribedProblem, canvas: Canvas): string[] {
  const { theme, columns } = canvas;
  const { severity, code, message, hint } = problem;
  const { glyphs } = theme;
  const inside = columns - INDENT.length;
  const label = `${glyphs[severity]} ${severityWords[severity]}`;
  const tag = `[${code}]`;
  const [first = "", ...rest] = wrapText(`${label} ${tag} ${message}`, inside);
  const behind = [...rest, ...factLines(problem, { width: inside, ellipsis: glyphs.ellipsis })];
  return [
    // The label and the tag are three words without an address: they always fit on the first line.
    `${theme[severity](label)} ${theme.dim(tag)}${first.slice(label.length + 1 + tag.length)}`,
    ...behind.map((line) => `${INDENT}${line}`),
    ...hintLines(hint, canvas, { indent: INDENT }),
  ];
}

/** Who and which slots, where the message does not say so itself: it names some, or all, or none. */
function factLines(
  { message, nodes, slots }: DescribedProblem,
  { width, ellipsis }: { width: number; ellipsis: string },
): string[] {
  const isSaid = /\ball nodes\b/i.test(message) || nodes.some((node) => message.includes(node));
  const who = `${nodes.length === 1 ? "node" : "nodes"} ${listNames(nodes, width - "nodes ".length)}`;
  return [
    ...(nodes.length > 0 && !isSaid ? wrapText(who, width) : []),
    ...(slots !== undefined && slots !== "" && !message.includes(slots)
      ? [cutList(`slots ${slots}`, { width, ellipsis })]
      : []),
  ];
}

function countLine(described: readonly DescribedProblem[], theme: Theme): string {
  return SEVERITIES.map((severity) => ({
    severity,
    count: described.filter((each) => each.severity === severity).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => theme[severity](countOf(count, severityWords[severity])))
    .join(", ");
}
