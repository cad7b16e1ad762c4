import { createInterface } from "node:readline/promises";
import { Refused } from "../errors.ts";

/**
 * Asks before a cluster is changed.
 *
 * @param hint what to do where there is nobody to ask.
 * @throws Refused when the answer is no, or there is nobody to ask.
 */
export async function confirm(question: string, hint = LOOK_FIRST): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Refused("Nothing was changed: there is no terminal to ask at.", {
      code: "needs-yes",
      hint,
    });
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D at the question are a no.
  const never = new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined)));
  try {
    const answer = await Promise.race([reader.question(`${question} [y/N] `), never]);
    // Nobody has typed the end of that line.
    if (answer === undefined) process.stderr.write("\n");
    else if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    reader.close();
  }
  throw new Refused("Nothing was changed, as asked.", { code: "answered-no" });
}

const LOOK_FIRST = "Look at the plan with --dry-run, then run the command with --yes.";
