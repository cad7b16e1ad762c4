import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { Redis } from "ioredis";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";
import type { SlotSet } from "../../src/cluster/slot-set.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

const pollMs = 10;

/** When, on the clock of `performance.now()`, each of so many primaries has taken a write to a slot of its own. */
export async function whenWritable(
  nodes: readonly RunningNode[],
  { primaries, deadlineMs }: { primaries: number; deadlineMs: number },
): Promise<number> {
  const takesWrites = await Promise.all(
    nodes.map((node) =>
      poll(node, deadlineMs, async (client) => {
        const { self } = parseNodes(String(await client.call("CLUSTER", "NODES")));
        if (self.role === "replica") return "no primary";
        if (self.slots.size > 0 && (await takesWrite(client, self.slots))) return "written";
        return undefined;
      }),
    ),
  );
  const written = takesWrites.filter(({ outcome }) => outcome === "written");
  if (written.length !== primaries)
    throw new Error(`${written.length} primaries take writes, not ${primaries}`);
  return Math.max(...written.map(({ atMs }) => atMs));
}

/** When each of so many replicas receives its primary's writes. */
export async function whenLinked(
  nodes: readonly RunningNode[],
  { replicas, deadlineMs }: { replicas: number; deadlineMs: number },
): Promise<number> {
  const links = await Promise.all(
    nodes.map((node) =>
      poll(node, deadlineMs, async (client) => {
        const info = await client.info("replication");
        if (/^master_link_status:up\r?$/m.test(info)) return "linked";
        if (/^role:slave\r?$/m.test(info)) return undefined;
        // A node is a primary until it is told, so only slots of its own tell that it stays one.
        const { self } = parseNodes(String(await client.call("CLUSTER", "NODES")));
        return self.role === "primary" && self.slots.size > 0 ? "no replica" : undefined;
      }),
    ),
  );
  const linked = links.filter(({ outcome }) => outcome === "linked");
  if (linked.length !== replicas) throw new Error(`${linked.length} replicas are linked, not ${replicas}`);
  return Math.max(...linked.map(({ atMs }) => atMs));
}

/** Asks one node again and again until there is an outcome. */
async function poll(
  { host, port, address }: RunningNode,
  deadlineMs: number,
  ask: (client: Redis) => Promise<string | undefined>,
): Promise<{ outcome: string; atMs: number }> {
  const client = new Redis({ host, port, protocol: 2, retryStrategy: () => null });
  try {
    while (performance.now() < deadlineMs) {
      const outcome = await ask(client);
      if (outcome) return { outcome, atMs: performance.now() };
      await delay(pollMs);
    }
  } finally {
    client.disconnect();
  }
  throw new Error(`${address} is not usable in time`);
}

async function takesWrite(client: Redis, slots: SlotSet): Promise<boolean> {
  try {
    await client.set(nameIn(slots), "written");
    return true;
  } catch (error) {
    // CLUSTERDOWN is the state that is waited out; anything else is not expected of an owner.
    if (error instanceof Error && error.message.startsWith("CLUSTERDOWN")) return false;
    throw error;
  }
}

function nameIn(slots: SlotSet): string {
  for (let index = 0; ; index++) {
    const name = `bench:${index}`;
    if (slots.has(keySlot(name))) return name;
  }
}
