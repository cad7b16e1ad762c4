import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";

/** The text of a file that a flag names. @throws UsageError when it cannot be read. */
export async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${flag} ${path} cannot be read.`, { code: "bad-file", cause });
  }
}
