import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";

/** The text of a file that a flag names. @throws UsageError when it cannot be read. */
export async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw cannotBeRead(path, { flag, cause });
  }
}

/** The error for a file or directory that a flag names. */
export function cannotBeRead(
  path: string,
  { flag, cause }: { readonly flag: string; readonly cause: unknown },
): UsageError {
  const reason = fileReason(cause);
  const instead = flag.endsWith("password-file")
    ? `, or use ${flag.replace("password-file", "ask-password")}`
    : "";
  return new UsageError(`${flag} ${path} cannot be read: ${reason}.`, {
    code: "bad-file",
    reason,
    hint: `Name with ${flag} what is there and you may read${instead}. Nothing was sent to a node.`,
    cause,
  });
}
