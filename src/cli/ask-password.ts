import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Refused } from "../errors.ts";

/**
 * Asks for the password at the terminal, without showing it.
 *
 * @throws Refused when there is no terminal to ask at, or no answer.
 */
export async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Refused("There is no terminal to ask for the password at.", {
      code: "no-terminal",
      hint: "Give it with --password-file or SLOTCTL_PASSWORD.",
    });
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // First of all the terminal stops showing what is typed: a quick typist does not wait for the question.
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write("Password: ");
  // Ctrl-C and Ctrl-D give none.
  const never = new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined)));
  try {
    const password = await Promise.race([reader.question(""), never]);
    if (password !== undefined) return password;
  } finally {
    reader.close();
    process.stderr.write("\n");
  }
  throw new Refused("No password was given.", { code: "answered-no" });
}
