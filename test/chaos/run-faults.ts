import type { SlotSet } from "../../src/cluster/slot-set.ts";
import type { SlotctlResult } from "../support/run-slotctl.ts";
import type { Kill } from "./movers.ts";
import type { Disturbed } from "./run-disturbed.ts";

/** What a stack trace or a defect that slotctl noticed itself looks like. */
const CRASH = /\n\s+at .+:\d+|defect of slotctl|Node\.js v\d+/;
const FAILED_NODE_CODES: readonly (number | null)[] = [0, 1, 4, 6, 7, 8];

/** How a run that was disturbed should not have ended. */
export function faultsOfDisturbed(
  { result, toldBefore }: Disturbed,
  { kill, open }: { kill: Kill; open: SlotSet },
): string[] {
  const allowed = allowedCodes(kill, { hadTold: (toldBefore?.lines ?? 1) > 0, isDone: isDone(result) });
  return [
    ...(allowed.includes(result.exitCode) ? [] : [`the ${kill} kill ended it with ${gistOf(result)}`]),
    ...(CRASH.test(`${result.stdout}\n${result.stderr}`)
      ? [`it crashed: ${result.stdout}\n${result.stderr}`]
      : []),
    ...(kill === "sigint" && open.size > 0 ? [`slots ${open} were open after SIGINT`] : []),
  ];
}

export function faultsOfRerun(result: SlotctlResult): string[] {
  return result.exitCode === 0 ? [] : [`the same command again ended with ${gistOf(result)}`];
}

/** Exit code and code of the error. */
export function codeOf(result: SlotctlResult): string {
  return gistOf(result).split(": ").slice(0, 2).join(" ");
}

/** Exit code and error in one line. */
export function gistOf(result: SlotctlResult): string {
  if (result.exitCode === null) return "a signal";
  if (result.exitCode === 0) return "0";
  return `${result.exitCode}: ${errorOf(result)}`;
}

/** It has told all that it had to tell, and that all went well. */
function isDone({ stdout }: SlotctlResult): boolean {
  return stdout.endsWith("}\n") && /^ {2}"ok": true/m.test(stdout);
}

/** A signal that comes before anything was begun, or as the process is about to end, may end it at once. */
function allowedCodes(
  kill: Kill,
  { hadTold, isDone }: { hadTold: boolean; isDone: boolean },
): readonly (number | null)[] {
  switch (kill) {
    case "cli":
      return [null, 0];
    case "sigint":
      return hadTold && !isDone ? [0, 6] : [0, 6, 130, null];
    case "source":
    case "target":
      return FAILED_NODE_CODES;
  }
}

function errorOf(result: SlotctlResult): string {
  try {
    const { error } = result.json();
    return error ? `${error.code}: ${error.message}` : "no error in its document";
  } catch {
    return `no document: ${result.stdout}${result.stderr}`;
  }
}
