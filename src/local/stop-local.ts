import { Refused } from "../errors.ts";
import type { LocalCluster, LocalNode } from "./local-cluster.ts";
import { lookAtLocal } from "./look-at-local.ts";
import { readRecord, removeDirectory } from "./record.ts";
import { localClusterDirectory, localClusterName } from "./state-directory.ts";
import { stopProcesses, type StopResult } from "./stop-processes.ts";

export interface StopOptions {
  /** Of all local clusters: see `localStateDirectory`. */
  readonly stateDirectory: string;
  readonly basePort: number;
  /** How long a node may take to end before it is killed. */
  readonly deadlineMs?: number;
}

export interface StoppedLocal extends StopResult {
  readonly cluster: LocalCluster;
  /** Nodes that did not run any more. */
  readonly dead: readonly LocalNode[];
}

/**
 * Stops a local cluster's nodes and removes its directory. May be called again after any failure; of a
 * cluster that is not there it makes nothing, and returns undefined.
 *
 * @throws Refused while another slotctl starts it; NodeFailed when a process cannot be stopped.
 */
export async function stopLocal({
  stateDirectory,
  basePort,
  deadlineMs,
}: StopOptions): Promise<StoppedLocal | undefined> {
  const name = localClusterName(basePort);
  const cluster = await readRecord(localClusterDirectory({ stateDirectory, name }));
  if (!cluster) return undefined;
  const { nodes, isStarting } = await lookAtLocal(cluster);
  if (isStarting) {
    throw new Refused(`Another slotctl is starting the local cluster ${name} at this moment.`, {
      code: "local-starting",
      hint: `Stop it there with Ctrl-C, or wait until "slotctl local list" shows it.`,
    });
  }
  const result = await stopProcesses(
    nodes.flatMap(({ process }) => process ?? []),
    deadlineMs === undefined ? {} : { deadlineMs },
  );
  await removeDirectory(cluster);
  return { cluster, dead: nodes.flatMap(({ node, process }) => (process ? [] : node)), ...result };
}
