import type { Socket } from "node:net";
import { type Address, formatAddress } from "../cluster/address.ts";
import { DeadlinePassed } from "../errors.ts";
import { type ConnectionError, connectionLost, denied } from "./connection-failure.ts";
import type { NodeAccess } from "./node-access.ts";
import { openSocket } from "./open-socket.ts";

/** A line of a server is a status or an error; what is longer is no line. */
const LINE_BYTES_MAX = 64 * 1024;

/**
 * A connection whose bytes are read as they come, for what no client library reads: a replication stream. Nobody
 * reads ahead: while the bytes are not asked for, they wait at the node.
 */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  readonly #where: string;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #failure: ConnectionError | undefined;
  #late: Error | undefined;
  #isReading = false;
  #hasAnswered = false;
  #lastError: string | undefined;

  private constructor(socket: Socket, where: string) {
    this.#socket = socket;
    this.#where = where;
    socket.on("error", (error) => (this.#failure ??= error));
    socket.on("timeout", () => {
      if (this.#isReading) socket.destroy(this.#late);
    });
    this.#chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Connects and logs in. @throws ConnectFailed, NodeFailed. */
  static async open(address: Address, access: NodeAccess): Promise<RawConnection> {
    const connection = new RawConnection(await openSocket(address, access), formatAddress(address));
    try {
      await connection.#authenticate(access);
      return connection;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  send(commands: readonly (readonly string[])[]): void {
    this.#socket.write(commands.map(encode).join(""));
  }

  /** The next line that is not empty: an empty one only says that the node is alive. */
  async readLine(silenceMs: number): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = this.#rest.toString("utf8", 0, end).trimEnd();
        this.#rest = this.#rest.subarray(end + 1);
        if (line === "") continue;
        this.#lastError = line.startsWith("-") ? line.slice(1) : undefined;
        return line;
      }
      if (this.#rest.length > LINE_BYTES_MAX) throw this.#lost("it sent no line");
      const chunk = await this.#readMore(silenceMs);
      if (!chunk) throw this.#lost("the connection ended");
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    }
  }

  /** The next bytes, as many as there are; undefined when the node has closed the connection. */
  async read(silenceMs: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) return await this.#readMore(silenceMs);
    const bytes = this.#rest;
    this.#rest = Buffer.alloc(0);
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #readMore(silenceMs: number): Promise<Buffer | undefined> {
    this.#isReading = true;
    this.#socket.setTimeout(silenceMs);
    this.#late = new DeadlinePassed(`${this.#where} sent nothing for ${silenceMs / 1000} s.`, {
      code: "node-silent",
      node: this.#where,
      reason: `it sent nothing for ${silenceMs / 1000} s`,
    });
    try {
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      this.#hasAnswered = true;
      return value;
    } catch (error) {
      throw error instanceof DeadlinePassed ? error : this.#lost((error as Error).message);
    } finally {
      this.#isReading = false;
    }
  }

  async #authenticate({ username, password, timeoutMs }: NodeAccess): Promise<void> {
    if (password === undefined && username === undefined) return;
    this.send([["AUTH", ...(username === undefined ? [] : [username]), password ?? ""]]);
    const reply = await this.readLine(timeoutMs);
    const needsNone = username === undefined && /no password is set|without any password/i.test(reply);
    if (reply.startsWith("-") && !needsNone) throw denied(this.#where, reply.slice(1));
  }

  #lost(message: string): Error {
    return connectionLost(this.#where, {
      error: new Error(message),
      reason: this.#failure,
      lastError: this.#lastError,
      hasAnswered: this.#hasAnswered,
    });
  }
}

function encode(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}
