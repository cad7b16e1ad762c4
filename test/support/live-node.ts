import { Redis } from "ioredis";
import type { NodeLine } from "../../src/cluster/node-line.ts";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";
import type { RunningNode } from "./servers/start-nodes.ts";

/** What a node answers, asked without slotctl. Rejects on an error reply. */
export async function ask(node: RunningNode, ...words: readonly (string | number)[]): Promise<unknown> {
  const [reply] = await askAll(node, [words]);
  if (reply instanceof Error) throw reply;
  return reply;
}

/** Sends all commands down one pipeline. Error replies are values. */
export async function askAll(
  node: RunningNode,
  commands: readonly (readonly (string | number)[])[],
): Promise<unknown[]> {
  const client = new Redis({
    host: node.host,
    port: node.port,
    protocol: 2,
    replyMapping: "legacy",
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    lazyConnect: true,
  });
  // What goes wrong rejects the call below; without a listener ioredis prints it as well.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const pipeline = client.pipeline();
    for (const [name = "", ...args] of commands) pipeline.call(String(name), ...args);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, value]) => error ?? value);
  } finally {
    client.disconnect();
  }
}

/** All lines of its CLUSTER NODES, its own first. */
export async function linesOf(node: RunningNode): Promise<NodeLine[]> {
  const { self, others } = parseNodes(String(await ask(node, "CLUSTER", "NODES")));
  return [self, ...others];
}

export async function selfOf(node: RunningNode): Promise<NodeLine> {
  return parseNodes(String(await ask(node, "CLUSTER", "NODES"))).self;
}

export async function idOf(node: RunningNode): Promise<string> {
  return String(await ask(node, "CLUSTER", "MYID"));
}

/** A field of INFO or CLUSTER INFO. */
export async function fieldOf(
  node: RunningNode,
  words: readonly string[],
  field: string,
): Promise<string | undefined> {
  const text = String(await ask(node, ...words));
  return new RegExp(`^${field}:(.*?)\r?$`, "m").exec(text)?.[1];
}

export async function configOf(node: RunningNode, name: string): Promise<string | undefined> {
  const reply = await ask(node, "CONFIG", "GET", name);
  return Array.isArray(reply) ? (reply[1] as string | undefined) : undefined;
}

/** Who owns what and who follows whom in a node's eyes: equal texts are equal views. */
export async function viewOf(node: RunningNode): Promise<string> {
  // Told of an address by MEET a node lists it once more under an id that it has made up, until it is answered.
  const lines = (await linesOf(node)).filter(({ flags }) => !flags.includes("handshake"));
  return lines.map(ownership).sort().join("\n");
}

/** What a node owns, or whom it follows, in its own eyes. */
export async function ownLineOf(node: RunningNode): Promise<string> {
  return ownership(await selfOf(node));
}

function ownership(line: NodeLine): string {
  return `${line.id} ${line.primaryId ?? "primary"} ${line.slots}`;
}
