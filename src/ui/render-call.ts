import type { CallOutcome, CallResult } from "../cluster/call-result.ts";
import { nodeName, shortId } from "../cluster/node-name.ts";
import type { Canvas } from "./canvas.ts";
import { hangText } from "./fit-text.ts";
import { countOf } from "./format-number.ts";
import { escapedKey } from "./key-text.ts";
import { replyLines } from "./reply-lines.ts";
import { renderTable } from "./table.ts";
import type { Paint, Theme } from "./theme.ts";

/** What every node answered: in a table where each answer is one line that has room in it, else one below the other. */
export function renderCall(results: readonly CallResult[], canvas: Canvas): string[] {
  const answers = results.map((result) => answerOf(result, canvas.theme));
  const table = answers.every(({ lines }) => lines.length === 1) ? tableOf(answers, canvas) : undefined;
  const failed = results.filter(({ outcome }) => outcome.kind !== "reply").length;
  const { ok } = canvas.theme.glyphs;
  const end = `${countOf(results.length, "node")} answered.`;
  return [
    ...(table ?? answers.flatMap((answer) => [...blockOf(answer, canvas), ""])),
    // How many did not is told as the error that the command ends with.
    ...(table ? [""] : []),
    ...(failed > 0 ? [] : [`${canvas.theme.ok(ok)} ${end}`]),
  ];
}

interface Answer {
  readonly name: string;
  readonly id: string;
  readonly role: string;
  readonly lines: readonly string[];
  readonly paint: Paint;
}

function answerOf({ node, outcome }: CallResult, theme: Theme): Answer {
  const isReply = outcome.kind === "reply";
  return {
    name: nodeName(node),
    id: shortId(node.id),
    role: node.role,
    lines: isReply ? replyLines(outcome.reply) : [`${theme.glyphs.error} ${failureText(outcome)}`],
    paint: isReply ? (text) => text : theme.error,
  };
}

/** Why there is no reply to show, in a line. */
export function failureText(outcome: Exclude<CallOutcome, { kind: "reply" }>): string {
  switch (outcome.kind) {
    case "error":
      return escapedKey(outcome.message);
    case "not-sent":
      return `not sent: ${outcome.reason}`;
    case "no-reply":
      return outcome.code === "reply-too-large"
        ? `not shown: ${outcome.reason}`
        : `no reply, so it may have been done: ${outcome.reason}`;
  }
}

/** Undefined where a line is too long for it: nothing of an answer is cut off. */
function tableOf(answers: readonly Answer[], { theme, columns }: Canvas): string[] | undefined {
  const titles = ["NODE", "ID", "ROLE", "REPLY"];
  const texts = answers.map(({ name, id, role, lines }) => [name, id, role, lines[0] ?? ""]);
  const widthOf = (at: number) => Math.max(...[titles, ...texts].map((row) => row[at]?.length ?? 0));
  if (titles.reduce((sum, _, at) => sum + widthOf(at) + 2, -2) > columns) return undefined;
  const rows = answers.map(({ name, id, role, lines, paint }) => [
    { text: name, paint: theme.address },
    { text: id, paint: theme.dim },
    { text: role },
    { text: lines[0] ?? "", paint },
  ]);
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
    { width: columns, heading: theme.dim },
  );
}

function blockOf({ name, id, role, lines, paint }: Answer, { theme, columns }: Canvas): string[] {
  const isFailure = lines[0]?.startsWith(theme.glyphs.error) ?? false;
  const shown = isFailure
    ? hangText(`${theme.glyphs.error} `, (lines[0] ?? "").slice(2), columns - 2)
    : lines;
  return [`${theme.address(name)}  ${theme.dim(id)}  ${role}`, ...shown.map((line) => `  ${paint(line)}`)];
}
