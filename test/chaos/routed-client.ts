import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { Redis, ReplyError } from "ioredis";
import { messageOf } from "../../src/errors.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

/** What became of a command: only `answered` is an acknowledgement. */
export type Outcome =
  | { readonly kind: "answered"; readonly reply: unknown }
  /** The connection went while it was under way: it may have been done or not. */
  | { readonly kind: "unanswered"; readonly reason: string }
  /** A node said no: it was not done. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nobody took it for as long as a client has patience, since a node is down, say: it was not done. */
  | { readonly kind: "given-up" };

const PATIENCE_MS = 10_000;
const PAUSE_MS = 15;
/** Not done, and worth asking again: -TRYAGAIN is also what a node says that is still trimming a slot. */
const LATER = /^(TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN)\b/;

/**
 * Sends one command at a time to whoever has its key, as client libraries do, and never sends one twice
 * that may have been done: a library that does would count twice what it acknowledges once.
 */
export class RoutedClient {
  readonly #nodes: readonly RunningNode[];
  readonly #connections = new Map<string, Redis>();
  readonly #owners = new Map<number, string>();

  constructor(nodes: readonly RunningNode[]) {
    this.#nodes = nodes;
  }

  async send(words: readonly string[], key: string): Promise<Outcome> {
    const slot = keySlot(key);
    const endMs = performance.now() + PATIENCE_MS;
    let address = this.#owners.get(slot) ?? this.#anyAddress();
    let isAsking = false;
    while (performance.now() < endMs) {
      const connection = await this.#connectionTo(address);
      if (!connection) {
        // Its replica may have taken over: whoever is asked next knows.
        address = this.#anyAddress();
        isAsking = false;
        await delay(PAUSE_MS);
        continue;
      }
      const outcome = await ask(connection, { words, isAsking });
      if (outcome.kind !== "refused") return outcome;
      const { reason } = outcome;
      const [verb, , elsewhere] = reason.split(" ");
      if ((verb === "MOVED" || verb === "ASK") && elsewhere) {
        address = elsewhere;
        isAsking = verb === "ASK";
        if (verb === "MOVED") this.#owners.set(slot, elsewhere);
      } else if (LATER.test(reason)) {
        address = this.#owners.get(slot) ?? this.#anyAddress();
        isAsking = false;
        await delay(PAUSE_MS);
      } else return outcome;
    }
    return { kind: "given-up" };
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.disconnect();
  }

  #anyAddress(): string {
    const running = this.#nodes.filter((node) => node.isRunning);
    const node = running[Math.floor(performance.now()) % running.length] ?? this.#nodes[0];
    if (!node) throw new Error("a client needs a node");
    return node.address;
  }

  async #connectionTo(address: string): Promise<Redis | undefined> {
    const known = this.#connections.get(address);
    if (known?.status === "ready") return known;
    known?.disconnect();
    const [host = "", port] = address.split(":");
    const connection = new Redis({
      host,
      port: Number(port),
      protocol: 2,
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      enableReadyCheck: false,
    });
    // What goes wrong rejects the command that was under way.
    connection.on("error", () => undefined);
    try {
      await connection.connect();
    } catch {
      connection.disconnect();
      this.#connections.delete(address);
      return undefined;
    }
    this.#connections.set(address, connection);
    return connection;
  }
}

/** An answer, or a word that somebody else is to be asked, or none. */
async function ask(
  connection: Redis,
  { words: [name = "", ...args], isAsking }: { words: readonly string[]; isAsking: boolean },
): Promise<Outcome> {
  const pipeline = connection.pipeline();
  if (isAsking) pipeline.call("ASKING");
  pipeline.call(name, ...args);
  try {
    const [error, reply] = (await pipeline.exec())?.at(-1) ?? [new Error("no reply")];
    if (!error) return { kind: "answered", reply };
    return { kind: error instanceof ReplyError ? "refused" : "unanswered", reason: error.message };
  } catch (error) {
    return { kind: "unanswered", reason: messageOf(error) };
  }
}
