import { askAll } from "../support/live-node.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";
import { hashText, type Read } from "./held.ts";

const AT_ONCE = 500;

/** Reads keys with their time to live at one node; the kind of a key stands before the first colon of its name. */
export async function readKeys(node: RunningNode, names: readonly string[]): Promise<Read[]> {
  const reads: Read[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const replies = await askAll(
      node,
      some.flatMap((name) => [wordsToRead(name), ["PTTL", name]]),
    );
    const atMs = Date.now();
    some.forEach((name, index) => {
      const [value, ttlMs] = [replies[2 * index], replies[2 * index + 1]];
      reads.push({ value: valueOf(name, value), ttlMs: Number(ttlMs), atMs });
    });
  }
  return reads;
}

function wordsToRead(name: string): string[] {
  if (name.startsWith("list:")) return ["LRANGE", name, "0", "-1"];
  if (name.startsWith("hash:")) return ["HGETALL", name];
  return ["GET", name];
}

/** In the form of the model. An error is a value that no model has. */
function valueOf(name: string, reply: unknown): string | undefined {
  if (reply instanceof Error) return `error: ${reply.message}`;
  if (reply === null || (Array.isArray(reply) && reply.length === 0)) return undefined;
  if (!Array.isArray(reply)) return typeof reply === "string" ? reply : JSON.stringify(reply);
  const texts = reply.map(String);
  return name.startsWith("list:") ? JSON.stringify(texts) : hashText(pairsOf(texts));
}

function pairsOf(texts: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < texts.length; index += 2)
    fields[texts[index] ?? ""] = texts[index + 1] ?? "";
  return fields;
}
