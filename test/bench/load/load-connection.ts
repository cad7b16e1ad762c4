import { connect, type Socket } from "node:net";
import { NIL, type Reply, ReplyReader } from "./reply-reader.ts";

export interface Operation {
  readonly index: number;
  /** From when its latency counts. */
  readonly fromMs: number;
  readonly slot: number;
  readonly command: string;
  redirections: number;
}

const ASKING = "*1\r\n$6\r\nASKING\r\n";

/** One connection to one node. What is queued goes out with the next flush, in one write. */
export class LoadConnection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  /** Operations that wait for their replies; undefined waits for that of ASKING. */
  #waiting: (Operation | undefined)[] = [];
  #taken = 0;
  #outgoing = "";

  constructor(
    port: number,
    handlers: {
      readonly onReply: (operation: Operation, reply: Reply) => void;
      /** Called after the replies of one read. */
      readonly onRead: () => void;
      readonly onLost: (operations: readonly Operation[], reason: string) => void;
    },
  ) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk: Buffer) => {
      for (const reply of this.#reader.feed(chunk)) {
        const operation = this.#take();
        if (operation) handlers.onReply(operation, reply);
      }
      handlers.onRead();
    });
    let reason = "closed";
    this.#socket.on("error", (error) => (reason = error.message));
    this.#socket.on("close", () => {
      const lost = this.#waiting.slice(this.#taken).flatMap((operation) => operation ?? []);
      handlers.onLost(lost, `connection to port ${port}: ${reason}`);
    });
  }

  queue(operation: Operation, { isAsking = false } = {}): void {
    if (isAsking) this.#waiting.push(undefined);
    this.#waiting.push(operation);
    this.#outgoing += isAsking ? ASKING + operation.command : operation.command;
  }

  flush(): void {
    if (this.#outgoing === "") return;
    this.#socket.write(this.#outgoing, "latin1");
    this.#outgoing = "";
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(): Operation | undefined {
    const operation = this.#waiting[this.#taken++];
    // Only now and then, for the rest moves up.
    if (this.#taken > 4096) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    return operation;
  }
}

/** What is wrong with a reply that is neither a value nor a redirection. */
export function failureOf(reply: Reply): string | undefined {
  if (reply === "") return undefined;
  return reply === NIL ? "a key is gone" : reply.slice(1);
}
