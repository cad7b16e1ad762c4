import { isUnknownCommand } from "./reply-errors.ts";
import type { Run } from "./run-commands.ts";

/** The functions of a node as its own dump, or undefined where it has none or knows no functions. */
export async function dumpFunctions(run: Run): Promise<Buffer | undefined> {
  const [list, dump] = await run(
    [
      ["FUNCTION", "LIST"],
      ["FUNCTION", "DUMP"],
    ],
    { asBuffers: true, tolerate: isUnknownCommand },
  );
  return Array.isArray(list) && list.length > 0 ? (dump as Buffer) : undefined;
}
