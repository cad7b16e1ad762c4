import { stat } from "node:fs/promises";
import { openFileNote } from "../ui/password-note.ts";
import type { Address } from "../cluster/address.ts";
import { NodeCredentials } from "../wire/node-credentials.ts";
import type { Output } from "./output.ts";
import { parseCredentials } from "./parse-credentials.ts";
import { cannotBeRead, readText } from "./read-text.ts";

const FLAG = "--credentials-file";

/**
 * The users and passwords of single nodes. A file that others can read is told of and not refused: that is how
 * Kubernetes mounts secrets.
 */
export async function readCredentials(
  path: string,
  { output, mapAddress }: { output: Output; mapAddress: (announced: Address) => Address },
): Promise<NodeCredentials> {
  const text = await readText(path, FLAG);
  const entries = await parseCredentials(text, path);
  for (const { password } of entries.values()) output.protect(password);
  const mode = await modeOf(path);
  if ((mode & 0o077) !== 0) output.say([openFileNote(path, mode)]);
  return new NodeCredentials(entries, mapAddress);
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (cause) {
    throw cannotBeRead(path, { flag: FLAG, cause });
  }
}
