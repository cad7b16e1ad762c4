import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { Redis } from "ioredis";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { ping } from "../support/servers/ping.ts";
import { type Cast, typedPath } from "./cast.ts";
import { runToTheEnd } from "./run-typed.ts";
import type { Stage } from "./stage.ts";

interface ShownNode {
  readonly id: string;
  readonly address: string;
  readonly role: "primary" | "replica";
  readonly primaryId?: string;
  readonly slots: string;
}

interface ShownCluster {
  readonly name: string;
  readonly nodes: readonly {
    readonly address: string;
    readonly directory: string;
    readonly pid: number | null;
  }[];
}

const host = "127.0.0.1";
const pollMs = 20;

export function addressOf(port: number): string {
  return `${host}:${port}`;
}

/** The local clusters of the demo, as `local list` has them. */
export async function localClusters({ stateHome }: Cast): Promise<readonly ShownCluster[]> {
  const list = await runSlotctl(["local", "list", "--json"], { env: { XDG_STATE_HOME: stateHome } });
  return list.json().data["clusters"] as ShownCluster[];
}

export async function stopCluster(stage: Stage, cast: Cast, name: string): Promise<void> {
  await runToTheEnd(stage, cast, ["local", "down", "--base-port", name]);
}

/** A primary with its replica. */
export interface Pair {
  readonly primaryPort: number;
  readonly replicaPort: number;
  /** The number of a loaded key that is in the primary's slots. */
  readonly keyNumber: number;
}

export async function findPair(seedPort: number, primaryPort: number): Promise<Pair> {
  const info = await runSlotctl(["info", addressOf(seedPort), "--json"]);
  const nodes = info.json().data["nodes"] as ShownNode[];
  const primary = nodes.find(({ address }) => address === addressOf(primaryPort));
  const replica = nodes.find(({ primaryId }) => primaryId !== undefined && primaryId === primary?.id);
  if (!primary || !replica) throw new Error(`${addressOf(primaryPort)} has no replica.`);
  const slots = parseSlots(primary.slots);
  let keyNumber = 0;
  while (!slots.has(keySlot(`key:${keyNumber}`))) keyNumber++;
  return { primaryPort, replicaPort: Number(replica.address.split(":").at(-1)), keyNumber };
}

/** Ends a node as a crash would. */
export async function killNode(stage: Stage, cast: Cast, port: number): Promise<void> {
  const { pid } = await findLocalNode(cast, port);
  if (pid === null) throw new Error(`${addressOf(port)} does not run.`);
  const signal = cast.server.endSignal ?? "SIGKILL";
  stage.typed(signal === "SIGKILL" ? `kill -9 ${pid}` : `kill ${pid}`);
  process.kill(pid, signal);
}

/** Starts the server again on its own conf, in its own directory, and returns when it answers. */
export async function startAgain(stage: Stage, cast: Cast, port: number): Promise<void> {
  const { directory } = await findLocalNode(cast, port);
  const conf = `${directory}/node.conf`;
  stage.typed(`${typedPath(cast.server.serverPath)} ${conf} &`);
  const child = spawn(cast.server.serverPath, [conf], { cwd: directory, detached: true, stdio: "ignore" });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  child.once("error", reject);
  child.unref();
  const answers = async () => (await ping({ host, port }, 1000)).isReady;
  await Promise.race([failed, until(`${addressOf(port)} to answer`, 10_000, stage.signal, answers)]);
}

async function findLocalNode(cast: Cast, port: number) {
  const clusters = await localClusters(cast);
  const node = clusters.flatMap(({ nodes }) => nodes).find(({ address }) => address === addressOf(port));
  if (!node) throw new Error(`${addressOf(port)} is not a node of the demo.`);
  return node;
}

/** Returns when the replica answers for its primary's keys, which only an owner in a healthy cluster does. */
export async function untilPromoted({ replicaPort, keyNumber }: Pair, signal: AbortSignal): Promise<void> {
  using client = connect(replicaPort);
  await until(`${addressOf(replicaPort)} to take over`, 30_000, signal, async () => {
    try {
      return (await client.redis.get(`key:${keyNumber}`)) !== null;
    } catch (error) {
      // Until the vote it sends readers to the dead primary, and then says that the cluster is down.
      if (error instanceof Error && /^(MOVED|CLUSTERDOWN)/.test(error.message)) return false;
      throw error;
    }
  });
}

/** Returns when the node is a replica and has all that its primary has. */
export async function untilInSync(port: number, signal: AbortSignal): Promise<void> {
  using client = connect(port);
  await until(`${addressOf(port)} to be in sync`, 30_000, signal, async () => {
    const [role, , , link] = (await client.redis.call("ROLE")) as unknown[];
    return role === "slave" && link === "connected";
  });
}

function connect(port: number): { readonly redis: Redis } & Disposable {
  const redis = new Redis({ host, port, protocol: 2, retryStrategy: () => null });
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}

async function until(
  what: string,
  deadlineMs: number,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  while (!(await isSo())) {
    signal.throwIfAborted();
    if (performance.now() > endsAt) throw new Error(`Waited ${deadlineMs / 1000} s for ${what}.`);
    await delay(pollMs);
  }
}
