import keySlot from "cluster-key-slot";
import { Redis } from "ioredis";
import { parseNodes } from "../../../src/cluster/parse-nodes.ts";
import { valueOf } from "../../support/keys.ts";
import type { RunningNode } from "../../support/servers/start-nodes.ts";

/** Keys whose values follow from their names, so that each can be told to be whole wherever it is. */
export interface BenchKeys {
  readonly names: readonly string[];
  readonly valueBytes: number;
}

const pipelineLengthMax = 1000;
const pipelineBytesMax = 8_000_000;

export async function writeKeys(nodes: readonly RunningNode[], keys: BenchKeys): Promise<void> {
  await onOwners(nodes, keys, async (client, names) => {
    const commands = names.map((name) => ["set", name, valueOf(name, keys.valueBytes)]);
    for (const [error] of (await client.pipeline(commands).exec()) ?? []) if (error) throw error;
  });
}

/** Names of keys that are gone or changed. */
export async function findBroken(nodes: readonly RunningNode[], keys: BenchKeys): Promise<string[]> {
  const broken: string[] = [];
  await onOwners(nodes, keys, async (client, names) => {
    const values = await client.pipeline(names.map((name) => ["get", name])).exec();
    names.forEach((name, index) => {
      if (values?.[index]?.[1] !== valueOf(name, keys.valueBytes)) broken.push(name);
    });
  });
  return broken;
}

/** The first `count` names of a kind whose slot is wanted. */
export function namesIn(kind: string, count: number, isWanted: (slot: number) => boolean): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const name = `${kind}:${number}`;
    if (isWanted(keySlot(name))) names.push(name);
  }
  return names;
}

async function onOwners(
  nodes: readonly RunningNode[],
  { names, valueBytes }: BenchKeys,
  work: (client: Redis, names: readonly string[]) => Promise<void>,
): Promise<void> {
  const clients = nodes.map(
    ({ host, port }) => new Redis({ host, port, protocol: 2, retryStrategy: () => null }),
  );
  try {
    const slots = await Promise.all(
      clients.map(async (client) => parseNodes(String(await client.call("CLUSTER", "NODES"))).self.slots),
    );
    const ownerOf = Array.from({ length: 16_384 }, (_, slot) => slots.findIndex((own) => own.has(slot)));
    const byOwner = Map.groupBy(names, (name) => ownerOf[keySlot(name)]);
    const length = Math.max(1, Math.min(pipelineLengthMax, Math.floor(pipelineBytesMax / valueBytes)));
    await Promise.all(
      [...byOwner].map(async ([owner, owned]) => {
        const client = owner === undefined ? undefined : clients[owner];
        if (!client) throw new Error(`nobody owns the slot of ${owned[0]}`);
        for (let start = 0; start < owned.length; start += length)
          await work(client, owned.slice(start, start + length));
      }),
    );
  } finally {
    for (const client of clients) client.disconnect();
  }
}
