import type { Address } from "../cluster/address.ts";
import type { CallOutcome } from "../cluster/call-result.ts";
import type { ReplyValue } from "../cluster/reply-value.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import type { Reply } from "./command.ts";
import { Connection } from "./connection.ts";
import type { NodeAccess } from "./node-access.ts";
import { ReplyError } from "./reply-errors.ts";

export interface Call {
  /** The command and its arguments; bytes where they need not be text. */
  readonly words: readonly [name: string, ...args: (string | Buffer)[]];
  /** A reply that is larger is not read to its end. */
  readonly replyBytesMax: number;
}

/**
 * Sends one command to one node, over a connection of its own, so that nothing else meets what the command does to
 * the connection. Never throws for what the node does: that is the outcome.
 */
export async function callNode(
  address: Address,
  { words, replyBytesMax }: Call,
  access: NodeAccess,
): Promise<CallOutcome> {
  const connection = new Connection(address, access, { integersAsText: true, replyBytesMax });
  // Servers take names in either case; ioredis makes objects of the replies to some that it knows in lower case.
  const [name, ...args] = words;
  try {
    const [reply] = await connection.send([[name.toUpperCase(), ...args]], { asBuffers: true });
    if (reply instanceof ReplyError) return { kind: "error", message: reply.message };
    return { kind: "reply", reply: readReply(reply) };
  } catch (error) {
    if (!(error instanceof ConnectFailed) && !(error instanceof NodeFailed)) throw error;
    const { code, message, reason = message } = error;
    // A node that shuts down as it was told has nobody left to answer.
    if (code === "connection-lost" && name.toUpperCase() === "SHUTDOWN")
      return { kind: "reply", reply: null };
    // A node that is silent may have got it; one that never let us in has not.
    const isUnsent = ["node-unreachable", "node-denied"].includes(code);
    return { kind: isUnsent ? "not-sent" : "no-reply", code, reason };
  } finally {
    connection.close();
  }
}

/** With integers as text and strings as bytes every type of a reply is told from the others. */
function readReply(reply: Reply): ReplyValue {
  if (Buffer.isBuffer(reply)) return reply;
  if (Array.isArray(reply)) return reply.map(readReply);
  if (reply instanceof Error) return { error: reply.message };
  if (typeof reply !== "string") return null;
  const number = Number(reply);
  return Number.isSafeInteger(number) ? number : BigInt(reply);
}
