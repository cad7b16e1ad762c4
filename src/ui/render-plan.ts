import { formatAddress } from "../cluster/address.ts";
import { listNames } from "../cluster/node-name.ts";
import type { Mover } from "../plan/mover.ts";
import type { Plan } from "../plan/plan.ts";
import { type PlanStage, stagesOf } from "../plan/stages-of.ts";
import type { Step } from "../plan/step.ts";
import type { Canvas } from "./canvas.ts";
import { type DescribedNote, describeNote } from "./describe-note.ts";
import { describeStep } from "./describe-step.ts";
import { cutList, hangText, wrapText } from "./fit-text.ts";
import { countOf, formatNumber } from "./format-number.ts";
import { stageCount } from "./stage-count.ts";
import { paintedSign, stepWords } from "./step-words.ts";
import { summarizePlan } from "./summarize-plan.ts";
import { describeReason } from "./repair-wordings.ts";
import { renderTable } from "./table.ts";

/** Steps under headings in the order in which they are carried out, a summary, and what to think about. */
export function renderPlan(plan: Plan, canvas: Canvas): string[] {
  return [
    ...stagesOf(plan.steps).flatMap((stage) => [...renderStage(stage, plan, canvas), ""]),
    ...summaryLines(plan, canvas),
    ...plan.notes.flatMap((note) => renderNote(describeNote(note, plan.basis), canvas)),
  ];
}

/**
 * The summary and the warnings, for a plan that nobody has to say yes to: a throw-away cluster on this
 * machine, of which everybody knows that it is on one host.
 */
export function renderPlanInShort(plan: Plan, canvas: Canvas): string[] {
  const notes = plan.notes.filter(({ kind }) => kind !== "placement");
  const warnings = notes
    .map((note) => describeNote(note, plan.basis))
    .filter(({ severity }) => severity === "warning");
  return [...summaryLines(plan, canvas), ...warnings.flatMap((warning) => renderNote(warning, canvas))];
}

function summaryLines(plan: Plan, { theme, columns }: Canvas): string[] {
  return wrapText(summarizePlan(plan), columns).map((line) => theme.strong(line));
}

function renderStage(stage: PlanStage, plan: Plan, canvas: Canvas): string[] {
  const { theme } = canvas;
  const heading = theme.strong(stepWords[stage.kind].heading);
  const inShort = stageInShort(stage);
  if (inShort !== undefined) return [`${heading}${theme.strong(":")} ${inShort}`];
  const shown = shownOf(stage);
  const hidden = stage.steps.length - shown.length;
  const movers = moversOf(stage);
  const lines =
    stage.kind === "move-slots"
      ? [
          ...moveLines(shown, { canvas, withMover: movers.length > 1 }),
          ...shown.slice(0, REASONS_OF_MOVES_MAX).flatMap((step) => reasonLines(step, plan, canvas)),
        ]
      : shown.flatMap((step) => stepLines(step, plan, canvas));
  const more = `  ${theme.dim(`${theme.glyphs.ellipsis} and ${formatNumber(hidden)} more`)}`;
  // Steps of the kind meet are fewer than the nodes that meet: their number would only mislead.
  const facts = stage.kind === "meet" ? [] : [formatNumber(stage.steps.length)];
  if (movers.length === 1) facts.push(...movers);
  const count = facts.length === 0 ? "" : ` ${theme.dim(`(${facts.join(", ")})`)}`;
  return [`${heading}${count}`, ...lines, ...(hidden > 0 ? [more] : [])];
}

const REASONS_OF_MOVES_MAX = 3;

/** How the slots of a stage travel; none of a stage of another kind. */
function moversOf({ steps }: PlanStage): Mover[] {
  return [...new Set(steps.flatMap((step) => (step.kind === "move-slots" ? [step.mover] : [])))];
}

/** Bookkeeping is one line, however many nodes keep the books: there is nothing to decide about it. */
function stageInShort({ kind, steps }: PlanStage): string | undefined {
  if (kind === "await-ok") return countOf(steps.length, "primary", "primaries");
  if (kind === "meet" && isEverybody({ kind, steps })) {
    return `${formatNumber(stageCount({ kind, steps }))} to each other`;
  }
  if (kind !== "set-epoch") return undefined;
  const epochs = steps.flatMap((step) => (step.kind === "set-epoch" ? [step.epoch] : []));
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const isRun = epochs.length > 2 && last - first === epochs.length - 1;
  return isRun ? `${formatNumber(first)} to ${formatNumber(last)}` : listNames(epochs.map(formatNumber));
}

/** Whether three nodes or more all meet each other, as those of a new cluster do. */
function isEverybody(stage: Pick<PlanStage, "kind" | "steps">): boolean {
  const count = stageCount(stage);
  const pairs = stage.steps.reduce((sum, step) => sum + (step.kind === "meet" ? step.peers.length : 0), 0);
  return count > 2 && pairs === (count * (count - 1)) / 2;
}

/** Moves are what is thought about before saying yes; the other kinds are much of a muchness. */
function shownOf({ kind, steps }: PlanStage): readonly Step[] {
  const shownMax = kind === "move-slots" ? 30 : 8;
  // A line saying "and 2 more" would save next to nothing.
  return steps.length <= shownMax + 2 ? steps : steps.slice(0, shownMax);
}

function stepLines(step: Step, plan: Plan, { theme, columns }: Canvas): string[] {
  const { arrow, ellipsis } = theme.glyphs;
  const text = describeStep(step, { basis: plan.basis, arrow, ellipsis, widthMax: columns - 4 });
  const [first = "", ...rest] = wrapText(text, columns - 4);
  return [
    `  ${paintedSign(step.kind, theme)} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...reasonLines(step, plan, { theme, columns }),
  ];
}

/** A repair is only worth a yes if it is said why it is right. */
function reasonLines({ why }: Step, { basis }: Plan, { theme, columns }: Canvas): string[] {
  if (!why) return [];
  return describeReason(why, basis).flatMap((text) =>
    wrapText(text, columns - 6).map((line) => `      ${theme.dim(line)}`),
  );
}

/** With the mover of each pair where they differ; else the heading has it once for all. */
function moveLines(
  steps: readonly Step[],
  { canvas: { theme, columns }, withMover }: { readonly canvas: Canvas; readonly withMover: boolean },
): string[] {
  const { arrow, ellipsis } = theme.glyphs;
  const rows = steps.flatMap((step) =>
    step.kind === "move-slots"
      ? [
          [
            { text: formatAddress(step.from.address), paint: theme.address },
            { text: arrow, paint: theme.dim },
            { text: formatAddress(step.to.address), paint: theme.address },
            { text: countOf(step.slots.size, "slot") },
            ...(withMover ? [{ text: step.mover }] : []),
            { text: step.slots.toString(), paint: theme.slots },
          ],
        ]
      : [],
  );
  const fit = (text: string, width: number) => cutList(text, { width, ellipsis });
  const columnsOfMoves = [
    { title: "" },
    { title: "" },
    { title: "" },
    { title: "", align: "right" as const },
    ...(withMover ? [{ title: "" }] : []),
    { title: "", widthMin: 12, fit },
  ];
  return renderTable(columnsOfMoves, rows, { width: columns - 4, heading: undefined }).map(
    (line) => `  ${paintedSign("move-slots", theme)} ${line}`,
  );
}

function renderNote({ severity, message }: DescribedNote, { theme, columns }: Canvas): string[] {
  const sign = theme.glyphs[severity];
  const [first = "", ...rest] = hangText(`${sign} `, message, columns);
  return [`${theme[severity](sign)}${first.slice(sign.length)}`, ...rest];
}
