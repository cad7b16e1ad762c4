import { readFile, stat } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import type { WishedCluster } from "../plan/wished-cluster.ts";
import { faultyFile } from "./file-fault.ts";
import { parseClusterFile } from "./parse-cluster-file.ts";

/** The file of a thousand nodes has a tenth of this. */
const BYTES_MAX = 4 * 1024 * 1024;
/** What else may be given in its place is read too, to be told from it: a saved plan of a thousand nodes has a few MB. */
const OTHERS_FACTOR = 16;

/**
 * Reads a cluster file.
 *
 * @param known its text, where it was read already: what comes out of a pipe can be read once.
 * @param refuse throws for a file that is something else altogether.
 * @throws UsageError when it cannot be read, or with line and column of each fault in it.
 */
export async function readClusterFile(
  path: string,
  { known, refuse }: { readonly known?: string | undefined; readonly refuse?: (text: string) => void } = {},
): Promise<WishedCluster> {
  const text = known ?? (await textOf(path));
  refuse?.(text);
  if (Buffer.byteLength(text) > BYTES_MAX) throw tooLarge(path);
  const read = await parseClusterFile(text);
  if (read.faults) throw faultyFile(path, read.faults);
  return read.cluster;
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= BYTES_MAX * OTHERS_FACTOR) return await readFile(path, "utf8");
  } catch (error) {
    const reason = fileReason(error);
    throw new UsageError(`The cluster file ${path} cannot be read: ${reason}.`, {
      code: "bad-file",
      reason,
      cause: error,
      hint: "slotctl export SEED writes the file of a cluster that is there; docs/cluster-file.md has examples.",
    });
  }
  throw tooLarge(path);
}

function tooLarge(path: string): UsageError {
  return new UsageError(`${path} is larger than 4 MiB, which no cluster file is.`, {
    code: "bad-cluster-file",
  });
}
