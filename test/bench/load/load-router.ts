import { setTimeout as delay } from "node:timers/promises";
import { failureOf, LoadConnection, type Operation } from "./load-connection.ts";
import type { LoadNode } from "./load-plan.ts";
import type { Reply } from "./reply-reader.ts";

const slotCount = 16_384;
const redirectionsMax = 200;
const againMs = 2;
const failuresKept = 20;

/** Sends each operation to the owner of its slot and follows redirections, as client libraries do. */
export class LoadRouter {
  readonly #nodes: readonly LoadNode[];
  readonly #connections = new Map<number, LoadConnection>();
  /** Announced port of each slot's owner. */
  readonly #owners = new Uint16Array(slotCount);
  readonly #onAnswer: (operation: Operation, atMs: number) => void;
  readonly failures: string[] = [];
  #atMs = 0;
  #isClosing = false;
  /** Operations that are neither answered nor given up. */
  pending = 0;

  constructor(nodes: readonly LoadNode[], onAnswer: (operation: Operation, atMs: number) => void) {
    this.#nodes = nodes;
    this.#onAnswer = onAnswer;
    for (const { announcedPort, slotRanges } of nodes)
      for (const [first, last] of slotRanges) this.#owners.fill(announcedPort, first, last + 1);
    for (const { announcedPort } of nodes) this.#at(announcedPort);
  }

  send(operation: Operation): void {
    this.pending += 1;
    this.#at(this.#owners[operation.slot] ?? 0).queue(operation);
  }

  flush(): void {
    for (const connection of this.#connections.values()) connection.flush();
  }

  close(): void {
    this.#isClosing = true;
    for (const connection of this.#connections.values()) connection.close();
  }

  #at(announcedPort: number): LoadConnection {
    const known = this.#connections.get(announcedPort);
    if (known) return known;
    const port = this.#nodes.find((node) => node.announcedPort === announcedPort)?.port ?? announcedPort;
    const connection = new LoadConnection(port, {
      onReply: (operation, reply) => {
        // All replies of one read arrived together.
        if (this.#atMs === 0) this.#atMs = performance.now();
        this.#answer(operation, reply);
      },
      onRead: () => {
        this.#atMs = 0;
        this.flush();
      },
      onLost: (operations, reason) => {
        this.#connections.delete(announcedPort);
        if (!this.#isClosing) for (const _ of operations) this.#fail(reason);
      },
    });
    this.#connections.set(announcedPort, connection);
    return connection;
  }

  #answer(operation: Operation, reply: Reply): void {
    const failure = failureOf(reply);
    if (failure === undefined) {
      this.pending -= 1;
      this.#onAnswer(operation, this.#atMs);
    } else if (++operation.redirections > redirectionsMax) this.#fail(failure);
    else this.#sendAgain(operation, failure);
  }

  #sendAgain(operation: Operation, failure: string): void {
    const [, kind, port] = /^(MOVED|ASK) \d+ .*:(\d+)$/.exec(failure) ?? [];
    if (kind === "ASK") this.#at(Number(port)).queue(operation, { isAsking: true });
    else if (kind === "MOVED") {
      this.#owners[operation.slot] = Number(port);
      this.#at(Number(port)).queue(operation);
    } else if (/^(TRYAGAIN|CLUSTERDOWN)/.test(failure)) void this.#later(operation);
    else this.#fail(failure);
  }

  async #later(operation: Operation): Promise<void> {
    await delay(againMs);
    if (this.#isClosing) return;
    this.#at(this.#owners[operation.slot] ?? 0).queue(operation);
    this.flush();
  }

  #fail(reason: string): void {
    this.pending -= 1;
    if (this.failures.length < failuresKept && !this.failures.includes(reason)) this.failures.push(reason);
  }
}
