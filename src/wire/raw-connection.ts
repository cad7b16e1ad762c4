import type { OnReadOpts, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type Address, formatAddress } from "../cluster/address.ts";
import { DeadlinePassed } from "../errors.ts";
import { type ConnectionError, connectionLost, denied } from "./connection-failure.ts";
import { credentialsFor, type NodeAccess } from "./node-access.ts";
import type { Credentials } from "./node-credentials.ts";
import { openSocket } from "./open-socket.ts";

/** A line of a server is a status or an error; what is longer is no line. */
const LINE_BYTES_MAX = 64 * 1024;
/** Much at a time, and without TLS always into the same buffer: a new one for each chunk costs more than all else. */
const CHUNK_BYTES_MAX = 256 * 1024;

/**
 * A connection whose bytes are read as they come, for what no client library reads: a replication stream. Nobody
 * reads ahead: while the bytes are not asked for, they wait at the node.
 */
export class RawConnection implements Disposable {
  readonly #where: string;
  #socket: Socket | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** What has come and was not asked for yet. */
  #arrived: Buffer | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;
  #failure: ConnectionError | undefined;
  #silenceMs = 0;
  #isReading = false;
  #hasAnswered = false;
  #lastError: string | undefined;

  private constructor(where: string) {
    this.#where = where;
  }

  /** Connects and logs in. @throws ConnectFailed, NodeFailed. */
  static async open(address: Address, access: NodeAccess): Promise<RawConnection> {
    const connection = new RawConnection(formatAddress(address));
    const onChunk = (chunk: Buffer) => connection.#take(chunk);
    connection.#attach(await connect(address, { access, onChunk }));
    try {
      await connection.#authenticate(credentialsFor(access, address), access.timeoutMs);
      return connection;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  send(commands: readonly (readonly string[])[]): void {
    this.#socket?.write(commands.map(encode).join(""));
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
      // A copy: what is read next comes to the same place.
      this.#rest = Buffer.concat([this.#rest, chunk]);
    }
  }

  /**
   * The next bytes, as many as there are; undefined when the node has closed the connection. They are to be used, or
   * copied, before more is asked for.
   */
  async read(silenceMs: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) return await this.#readMore(silenceMs);
    const bytes = this.#rest;
    this.#rest = Buffer.alloc(0);
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    socket.on("error", (error) => (this.#failure ??= error));
    socket.on("timeout", () => {
      if (this.#isReading) socket.destroy(this.#tooLate());
      // It counts anew from when somebody waits again.
      this.#silenceMs = 0;
    });
    const end = () => {
      this.#isOver = true;
      this.#wake?.();
    };
    socket.on("end", end).on("close", end);
  }

  #take(chunk: Buffer): void {
    this.#arrived = chunk;
    this.#wake?.();
  }

  async #readMore(silenceMs: number): Promise<Buffer | undefined> {
    if (!this.#arrived && !this.#isOver) await this.#nextEvent(silenceMs);
    const chunk = this.#arrived;
    this.#arrived = undefined;
    if (chunk) {
      this.#hasAnswered = true;
      return chunk;
    }
    if (this.#failure instanceof DeadlinePassed) throw this.#failure;
    if (this.#failure || this.#socket?.readableEnded !== true)
      throw this.#lost(this.#failure?.message ?? "closed");
    return undefined;
  }

  /** Until something has come, or nothing more will. */
  async #nextEvent(silenceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#isReading = true;
    // What comes begins the count anew by itself.
    if (this.#silenceMs !== silenceMs) this.#socket?.setTimeout(silenceMs);
    this.#silenceMs = silenceMs;
    this.#socket?.resume();
    await promise;
    this.#isReading = false;
    this.#wake = undefined;
  }

  #tooLate(): DeadlinePassed {
    const reason = `it sent nothing for ${this.#silenceMs / 1000} s`;
    return new DeadlinePassed(`${this.#where} sent nothing for ${this.#silenceMs / 1000} s.`, {
      code: "node-silent",
      node: this.#where,
      reason,
    });
  }

  async #authenticate({ username, password }: Credentials, timeoutMs: number): Promise<void> {
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

async function connect(
  address: Address,
  { access, onChunk }: { readonly access: NodeAccess; readonly onChunk: (chunk: Buffer) => void },
): Promise<Socket> {
  const socket = await openSocket(address, access, intoOneBuffer(onChunk));
  // What is decrypted together comes together, paused or not: one buffer for it would be written over.
  if (socket instanceof TLSSocket) {
    socket.on("data", (chunk: Buffer) => {
      socket.pause();
      onChunk(chunk);
    });
  }
  return socket;
}

function intoOneBuffer(onChunk: (chunk: Buffer) => void): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafe(CHUNK_BYTES_MAX),
    callback: (bytes, buffer) => {
      onChunk(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      // No more until somebody asks for it.
      return false;
    },
  };
}

function encode(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}
