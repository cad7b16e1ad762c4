import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { busOffset, reservePorts } from "../../support/servers/port-blocks.ts";
import type { RunningNode } from "../../support/servers/start-nodes.ts";
import type { ForwarderOrder, Route } from "./delay-forwarder.ts";

/** Nodes that everybody reaches, the other nodes too, with a way in between. */
export interface Far extends AsyncDisposable {
  /** What the node announces. */
  readonly addressOf: (node: RunningNode) => string;
}

const forwarderPath = fileURLToPath(new URL("delay-forwarder.ts", import.meta.url));
/** Of the round trip. */
const tolerance = 0.1;
const pings = 500;
const triesMax = 8;

/**
 * Puts a forwarder before each node that no cluster knows yet, and makes the node announce it.
 *
 * @throws Error if a PING then does not take about so much longer than before.
 */
export async function startFar(
  nodes: readonly RunningNode[],
  { roundTripMs }: { roundTripMs: number },
): Promise<Far> {
  await using stack = new AsyncDisposableStack();
  const reserved = await reservePorts(nodes.length);
  stack.defer(reserved.release);
  const ports = new Map(nodes.map((node, index) => [node, reserved.ports[index] ?? 0]));
  const child = fork(forwarderPath, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  stack.defer(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const routes = [...ports].flatMap(([node, port]): Route[] => [
    { from: port, to: node.port },
    { from: port + busOffset, to: node.busPort },
  ]);
  await order(child, { routes });
  for (const [node, port] of ports) await announce(node, port);
  const [first] = ports;
  if (first) await calibrate(child, { near: first[0].port, far: first[1], roundTripMs });
  const stop = stack.move();
  return {
    addressOf: (node) => `127.0.0.1:${ports.get(node) ?? 0}`,
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

async function order(child: ChildProcess, message: ForwarderOrder): Promise<void> {
  child.send(message);
  await once(child, "message");
}

async function announce(node: RunningNode, port: number): Promise<void> {
  const client = new Redis({ host: node.host, port: node.port, protocol: 2, retryStrategy: () => null });
  try {
    await client.config("SET", "cluster-announce-ip", "127.0.0.1");
    await client.config("SET", "cluster-announce-port", port);
    await client.config("SET", "cluster-announce-bus-port", port + busOffset);
  } finally {
    client.disconnect();
  }
}

/** What reading and waking up take depends on the machine, so it is measured and taken off what is held. */
async function calibrate(
  child: ChildProcess,
  { near, far, roundTripMs }: { near: number; far: number; roundTripMs: number },
): Promise<void> {
  let holdMs = roundTripMs / 2;
  let addedMs = 0;
  for (let tries = 0; tries < triesMax; tries++) {
    await order(child, { holdMs });
    addedMs = (await pingMs(far)) - (await pingMs(near));
    if (Math.abs(addedMs - roundTripMs) <= (roundTripMs * tolerance) / 2) return;
    holdMs = Math.max(0, holdMs - (addedMs - roundTripMs) / 2);
  }
  if (Math.abs(addedMs - roundTripMs) > roundTripMs * tolerance)
    throw new Error(`the forwarder adds ${addedMs.toFixed(2)} ms to a PING, not ${roundTripMs} ms`);
}

async function pingMs(port: number): Promise<number> {
  const client = new Redis({ host: "127.0.0.1", port, protocol: 2, retryStrategy: () => null });
  const tookMs: number[] = [];
  try {
    for (let ping = 0; ping < pings; ping++) {
      const startMs = performance.now();
      await client.ping();
      tookMs.push(performance.now() - startMs);
    }
  } finally {
    client.disconnect();
  }
  return tookMs.toSorted((a, b) => a - b)[pings >> 1] ?? 0;
}
