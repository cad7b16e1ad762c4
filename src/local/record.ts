import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Refused, UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import { makeDirectory } from "../files/make-directory.ts";
import type { LocalCluster, LocalNode } from "./local-cluster.ts";
import type { ProcessMark } from "./process-mark.ts";
import { isLocalClusterName } from "./state-directory.ts";

const RECORD_NAME = "cluster.json";
const SCHEMA_VERSION = 1;

/**
 * Reads the record of the cluster in a directory; undefined if there is no such directory.
 *
 * Where things are is taken from the directory it was found in, never from the text: what is removed later
 * is then always what was looked at.
 *
 * @throws Refused when the directory holds no record, or one that is not understood.
 */
export async function readRecord(directory: string): Promise<LocalCluster | undefined> {
  const files = await readdir(directory).catch(undefinedIfMissing);
  if (!files) return undefined;
  if (!files.includes(RECORD_NAME)) throw unreadable(directory, `there is no ${RECORD_NAME} in it`);
  const record = parseRecord(await readFile(join(directory, RECORD_NAME), "utf8"));
  if (!record) throw unreadable(directory, `its ${RECORD_NAME} is not understood`);
  return placeRecord(record, directory);
}

/** Replaces the record whole, so that a reader never sees half of one. */
export async function writeRecord(cluster: LocalCluster): Promise<void> {
  const path = join(cluster.directory, RECORD_NAME);
  await writeFile(`${path}.new`, formatRecord(cluster), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * Makes the cluster's directory, with its record in it from the first moment on: of two that start the same
 * cluster at once, one gets it.
 *
 * @throws Refused when it is there already.
 */
export async function claimDirectory(cluster: LocalCluster): Promise<void> {
  const stateDirectory = dirname(cluster.directory);
  await makeDirectory(stateDirectory).catch(throwUnusable(stateDirectory));
  const draft = await mkdtemp(hiddenPrefix(cluster)).catch(throwUnusable(stateDirectory));
  try {
    await writeRecord({ ...cluster, directory: draft });
    await rename(draft, cluster.directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new Refused(`Another slotctl has just started the local cluster ${cluster.name}.`, {
      code: "already-running",
      hint: `"slotctl local list" shows it.`,
    });
  }
}

/** Removes the cluster's directory. It goes out of sight at once: what is seen always has its record. */
export async function removeDirectory(cluster: LocalCluster): Promise<void> {
  const old = await mkdtemp(hiddenPrefix(cluster));
  await rename(cluster.directory, old).catch(undefinedIfMissing);
  await rm(old, { recursive: true, force: true });
}

/** The directories of all local clusters, by base port. */
export async function recordedDirectories(stateDirectory: string): Promise<string[]> {
  const names = (await readdir(stateDirectory).catch(undefinedIfMissing)) ?? [];
  return names
    .filter(isLocalClusterName)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => join(stateDirectory, name));
}

/** Beside its place, on the same file system, under a name that no cluster can have. For its owner only (0700). */
function hiddenPrefix({ name, directory }: LocalCluster): string {
  return join(dirname(directory), `.${name}-`);
}

/** What of a cluster is written down: not where it is, for the reader knows. */
type Written = Omit<LocalCluster, "name" | "directory" | "nodes"> & {
  readonly schemaVersion: number;
  readonly nodes: readonly Omit<LocalNode, "directory">[];
};

function formatRecord({ name: _name, directory: _directory, nodes, ...rest }: LocalCluster): string {
  const written: Written = {
    schemaVersion: SCHEMA_VERSION,
    ...rest,
    nodes: nodes.map(({ directory: _nodeDirectory, ...node }) => node),
  };
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

function placeRecord(
  { schemaVersion: _schemaVersion, nodes, ...rest }: Written,
  directory: string,
): LocalCluster {
  return {
    name: basename(directory),
    directory,
    ...rest,
    nodes: nodes.map((node) => ({ ...node, directory: join(directory, String(node.port)) })),
  };
}

/** Undefined unless it is a record of this schema. */
function parseRecord(text: string): Written | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const record = value as Partial<Written> | null;
  const isUnderstood =
    record?.schemaVersion === SCHEMA_VERSION &&
    Array.isArray(record.nodes) &&
    record.nodes.every((node) => Number.isInteger(node?.port) && isMarkOrNone(node.process)) &&
    isMarkOrNone(record.starter) &&
    [record.basePort, record.replicas].every(Number.isInteger) &&
    [record.serverPath, record.engine, record.version, record.createdAt].every(
      (word) => typeof word === "string",
    );
  return isUnderstood ? (record as Written) : undefined;
}

/** A pid below 2 is a group of processes or the first of all: not one that was ever written here. */
function isMarkOrNone(mark: ProcessMark | undefined): boolean {
  if (mark === undefined) return true;
  return Number.isInteger(mark?.pid) && mark.pid > 1 && typeof mark.startedAt === "string";
}

function unreadable(directory: string, why: string): Refused {
  return new Refused(`${directory} is not a local cluster of this slotctl: ${why}.`, {
    code: "unreadable-record",
    hint: "Stop what may still run in there, and remove the directory.",
  });
}

function throwUnusable(stateDirectory: string) {
  return (error: Error): never => {
    const reason = fileReason(error);
    throw new UsageError(`Local clusters cannot be kept in ${stateDirectory}: ${reason}.`, {
      code: "unusable-state-directory",
      reason,
      hint: "Set XDG_STATE_HOME to a directory that you may write to.",
      cause: error,
    });
  };
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
