import { join } from "node:path";
import { pid as ownPid } from "node:process";
import { messageOf, NodeFailed, Refused, Stopped } from "../errors.ts";
import type { Env } from "./env.ts";
import type { LocalServer } from "./find-server.ts";
import type { LocalCluster, LocalNode } from "./local-cluster.ts";
import { lookAtLocal } from "./look-at-local.ts";
import { findNodeProcess } from "./node-process.ts";
import { localPorts, requireFreePorts } from "./ports.ts";
import { markProcess } from "./process-mark.ts";
import { claimDirectory, readRecord, removeDirectory, writeRecord } from "./record.ts";
import { type SpawnedNode, spawnNode } from "./spawn-node.ts";
import { startFailure } from "./start-failure.ts";
import { localClusterDirectory, localClusterName } from "./state-directory.ts";
import { stopProcesses } from "./stop-processes.ts";
import { waitForPing } from "./wait-for-ping.ts";

export interface StartOptions {
  readonly server: LocalServer;
  /** How many. */
  readonly nodes: number;
  /** For each primary. Only written down: starting does not make the nodes a cluster. */
  readonly replicas: number;
  readonly basePort: number;
  /** Of all local clusters: see `localStateDirectory`. */
  readonly stateDirectory: string;
  readonly env: Env;
  readonly now: Date;
  /** How long the nodes may take to answer. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A server is up in tens of milliseconds; dozens of them on two cores take seconds. */
const DEADLINE_MS = 10_000;

/**
 * Starts empty cluster nodes that outlive slotctl, and returns when each of them answers.
 *
 * Nothing starts unless every port is free. When one node fails, or the signal comes, those that did start
 * are stopped and nothing is left. What is left of a cluster of the same base port, of which nothing runs any
 * more, makes room.
 */
export async function startLocalNodes(options: StartOptions): Promise<LocalCluster> {
  const cluster = await layOut(options);
  const old = await requireNotRunning(cluster);
  await requireFreePorts(cluster.nodes.map(({ port }) => port));
  throwIfStopped(options.signal);

  if (old) await removeDirectory(old);
  await claimDirectory(cluster);
  return await startAll(cluster, options);
}

/** The cluster as it will be, with no process yet and this slotctl as its starter. */
async function layOut(options: StartOptions): Promise<LocalCluster> {
  const { server, basePort, replicas, stateDirectory, now } = options;
  const name = localClusterName(basePort);
  const directory = localClusterDirectory({ stateDirectory, name });
  const nodes = localPorts(options).map((port) => ({ port, directory: join(directory, String(port)) }));
  const starter = await markProcess(ownPid);
  return {
    name,
    directory,
    serverPath: server.path,
    engine: server.engine,
    version: server.version,
    basePort,
    replicas,
    nodes,
    createdAt: now.toISOString(),
    ...(starter && { starter }),
  };
}

/** Returns what is left of a cluster of this name, if nothing of it runs. */
async function requireNotRunning({ name, directory }: LocalCluster): Promise<LocalCluster | undefined> {
  const existing = await readRecord(directory);
  if (!existing) return undefined;
  const { running, isStarting, nodes } = await lookAtLocal(existing);
  if (running === 0 && !isStarting) return existing;
  const state = isStarting ? "is being started" : `runs already, ${running} of its ${nodes.length} nodes`;
  throw new Refused(`The local cluster ${name} ${state}.`, {
    code: "already-running",
    hint: `See it with "slotctl local list", stop it with "slotctl local down --base-port ${name}", or choose another --base-port.`,
  });
}

async function startAll(cluster: LocalCluster, options: StartOptions): Promise<LocalCluster> {
  const spawned: SpawnedNode[] = [];
  try {
    for (const node of cluster.nodes) {
      throwIfStopped(options.signal);
      spawned.push(await spawnNode({ ...options, node }));
    }
    const { starter, ...started } = { ...cluster, nodes: await markAll(spawned) };
    // Before the wait: a slotctl that is killed in it leaves processes that can be found again.
    await writeRecord(starter ? { ...started, starter } : started);
    await waitForAll(spawned, options);
    await writeRecord(started);
    return started;
  } catch (error) {
    await undoStart({ cluster, spawned, error });
    throw error;
  }
}

/** A process that has ended already gets no mark; the wait finds out why it did. */
async function markAll(spawned: readonly SpawnedNode[]): Promise<LocalNode[]> {
  return Promise.all(
    spawned.map(async ({ node, pid }) => {
      const mark = pid === undefined ? undefined : await markProcess(pid);
      return mark ? { ...node, process: mark } : node;
    }),
  );
}

/** All side by side; the first failure ends the wait for the others. */
async function waitForAll(spawned: readonly SpawnedNode[], options: StartOptions): Promise<void> {
  const { deadlineMs = DEADLINE_MS, signal: stop } = options;
  const failed = new AbortController();
  const signal = stop ? AbortSignal.any([stop, failed.signal]) : failed.signal;
  const waitFor = async (one: SpawnedNode) => {
    const hasEnded = () => one.endedBy() !== undefined;
    const outcome = await waitForPing({ port: one.node.port, deadlineMs, hasEnded, signal });
    if (outcome !== "answers") throw await startFailure({ spawned: one, outcome, deadlineMs });
  };
  await Promise.all(spawned.map((one) => waitFor(one).catch((error: unknown) => failed.abort(error))));
  throwIfStopped(stop);
  failed.signal.throwIfAborted();
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new Stopped("Stopped before all nodes were up. No node was left running.", {
    code: "stopped",
    hint: `Run "slotctl local up" again.`,
  });
}

/** Leaves nothing of a start that failed. If that fails as well, the error tells of both. */
async function undoStart({ cluster, spawned, error }: FailedStart): Promise<void> {
  try {
    const marked = await markAll(spawned.filter(({ endedBy }) => endedBy() === undefined));
    const processes = await Promise.all(marked.map(findNodeProcess));
    await stopProcesses(processes.flatMap((process) => process ?? []));
    await removeDirectory(cluster);
  } catch (leftOver) {
    const message = `The local cluster ${cluster.name} could neither be started nor removed again: ${messageOf(leftOver)}`;
    throw new NodeFailed(`${message} It did not start because: ${messageOf(error)}`, {
      code: "local-left-over",
      hint: `Run "slotctl local down --base-port ${cluster.name}".`,
      cause: error,
    });
  }
}

interface FailedStart {
  readonly cluster: LocalCluster;
  readonly spawned: readonly SpawnedNode[];
  readonly error: unknown;
}
