import { type Address, formatAddress } from "../cluster/address.ts";
import { CommandBytes } from "./command-bytes.ts";
import { connectionLost, denied, silent, withoutArguments } from "./connection-failure.ts";
import { credentialsFor, type NodeAccess } from "./node-access.ts";
import { NoReply } from "./no-reply.ts";
import { openSocket } from "./open-socket.ts";
import { type RawReply, ReplyReader } from "./reply-reader.ts";
import { ReplyError } from "./reply-errors.ts";
import type { Socket } from "node:net";

interface Waiting {
  readonly replies: RawReply[];
  readonly count: number;
  readonly resolve: (replies: RawReply[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection for very many commands: they are written as the bytes that they are, and replies are read as bytes.
 * It is never opened anew. Once it has failed, what was sent and not answered may be done or not.
 */
export class BulkConnection implements Disposable {
  readonly address: Address;
  readonly #access: NodeAccess;
  readonly #socket: Socket;
  #silenceMs: number;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;
  #hasAnswered = false;
  #lastError: string | undefined;

  private constructor(address: Address, access: NodeAccess, socket: Socket) {
    this.address = address;
    this.#access = access;
    this.#socket = socket;
    this.#silenceMs = access.timeoutMs;
    const reader = new ReplyReader((reply) => this.#take(reply));
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#fail(this.#lost(error as Error));
      }
    });
    socket.on("error", (error) => this.#fail(this.#lost(error)));
    socket.on("close", () => this.#fail(this.#lost(new Error("the connection ended"))));
    socket.on("timeout", () => {
      if (this.#waiting.length > 0) {
        this.#fail(silent(this.#where, { timeoutMs: this.#silenceMs, inTlsHandshake: false }));
      }
    });
  }

  /** Connects, logs in, and selects a database. @throws ConnectFailed, NodeFailed. */
  static async open(
    address: Address,
    { access, database }: { readonly access: NodeAccess; readonly database: number },
  ): Promise<BulkConnection> {
    const connection = new BulkConnection(address, access, await openSocket(address, access));
    try {
      await connection.#logIn();
      if (database !== 0) await connection.must(["SELECT", String(database)]);
      return connection;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  /** The ACL user that the node knows us as. */
  get user(): string {
    return credentialsFor(this.#access, this.address).username ?? "default";
  }

  /** How long it may be silent while it is asked for something, unless somebody else keeps the time. */
  get timeoutMs(): number {
    return this.#access.timeoutMs;
  }

  /** All that has come over it. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** From now on whoever sends sees to it that replies come. */
  allowSilence(): void {
    this.#silenceMs = 0;
    this.#socket.setTimeout(0);
  }

  get isOver(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Sends commands and waits for all replies. The deadline is one of silence: a server that goes on answering is alive.
   *
   * @throws ConnectFailed with code `node-silent`; NodeFailed with code `connection-lost`. Error replies are values.
   */
  async send(commands: CommandBytes): Promise<RawReply[]> {
    if (this.#failure) throw this.#failure;
    const { count } = commands;
    if (count === 0) return [];
    const { promise, resolve, reject } = Promise.withResolvers<RawReply[]>();
    if (this.#waiting.length === 0) this.#socket.setTimeout(this.#silenceMs);
    this.#waiting.push({ replies: [], count, resolve, reject });
    this.#socket.cork();
    for (const piece of commands.pieces()) this.#socket.write(piece);
    this.#socket.uncork();
    return await promise;
  }

  async one(...words: readonly (string | Buffer)[]): Promise<RawReply> {
    const commands = new CommandBytes();
    commands.add(words);
    return (await this.send(commands))[0] ?? null;
  }

  /** As `one`, of which an error reply is an error. @throws ConnectFailed where the node does not let us in. */
  async must(words: readonly string[]): Promise<RawReply> {
    const reply = await this.one(...words);
    if (reply instanceof ReplyError) throw denied(this.#where, withoutArguments(reply.message));
    return reply;
  }

  [Symbol.dispose](): void {
    this.#fail(this.#lost(new Error("slotctl has closed it itself")));
  }

  async #logIn(): Promise<void> {
    const { username, password } = credentialsFor(this.#access, this.address);
    if (password === undefined && username === undefined) return;
    const reply = await this.one("AUTH", ...(username === undefined ? [] : [username]), password ?? "");
    if (!(reply instanceof ReplyError)) return;
    const needsNone =
      username === undefined && /no password is set|without any password/i.test(reply.message);
    if (!needsNone) throw denied(this.#where, reply.message);
  }

  #take(reply: RawReply): void {
    const [first] = this.#waiting;
    if (reply instanceof ReplyError) this.#lastError = reply.message;
    if (!first) {
      // A server that takes no more clients says so unasked.
      if (!(reply instanceof ReplyError))
        this.#fail(this.#lost(new NoReply("it sent what nobody asked for")));
      return;
    }
    this.#hasAnswered = true;
    first.replies.push(reply);
    if (first.replies.length < first.count) return;
    this.#waiting.shift();
    if (this.#waiting.length === 0) this.#socket.setTimeout(0);
    first.resolve(first.replies);
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #lost(error: Error): Error {
    return connectionLost(this.#where, {
      error,
      reason: error,
      lastError: this.#lastError,
      hasAnswered: this.#hasAnswered,
    });
  }

  get #where(): string {
    return formatAddress(this.address);
  }
}
