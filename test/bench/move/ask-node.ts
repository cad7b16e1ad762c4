import { Redis } from "ioredis";
import type { NodeLine } from "../../../src/cluster/node-line.ts";
import { parseNodes } from "../../../src/cluster/parse-nodes.ts";
import type { RunningNode } from "../../support/servers/start-nodes.ts";

/** Asks one node over a connection that lasts as long as the question, straight and not the long way. */
export async function askNode<Result>(
  { host, port }: RunningNode,
  ask: (client: Redis) => Promise<Result>,
): Promise<Result> {
  const client = new Redis({ host, port, protocol: 2, retryStrategy: () => null });
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

/** What a node says of itself. */
export async function ownLine(node: RunningNode): Promise<NodeLine> {
  return parseNodes(await nodesAt(node)).self;
}

/** Who owns what, as one node sees it; the same text from nodes that agree. */
export async function ownersAt(node: RunningNode): Promise<string> {
  const { self, others } = parseNodes(await nodesAt(node));
  return [self, ...others]
    .map(({ id, slots }) => `${id} ${slots.toString()}`)
    .sort()
    .join();
}

function nodesAt(node: RunningNode): Promise<string> {
  return askNode(node, async (client) => String(await client.call("CLUSTER", "NODES")));
}
