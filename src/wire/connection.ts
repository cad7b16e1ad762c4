import type { Socket } from "node:net";
import type { Redis } from "ioredis";
import { type Address, formatAddress } from "../cluster/address.ts";
import type { ConnectFailed } from "../errors.ts";
import {
  type ConnectionError,
  connectionLost,
  denied,
  notConnected,
  notTaken,
  REPLY_TOO_LARGE,
  silent,
  withoutArguments,
} from "./connection-failure.ts";
import { BulkLane, sendInBulk } from "./bulk-lane.ts";
import type { Command, Reply, SendOptions } from "./command.ts";
import { commandName } from "./command-name.ts";
import { limitReplies } from "./limit-replies.ts";
import { credentialsFor, type NodeAccess } from "./node-access.ts";
import { quietOptions } from "./quiet-options.ts";
import { ReplyDeadlines } from "./reply-deadlines.ts";
import { isDenied, ReplyError } from "./reply-errors.ts";

/** For a connection that is to carry any command whatever. */
export interface ConnectionOptions {
  /** Integers come as text, for the servers' have 64 bits and numbers have not. */
  readonly integersAsText?: boolean;
  /** The connection is closed once so much has come back: what one command answers has no limit of its own. */
  readonly replyBytesMax?: number;
}

/**
 * One connection to one node, opened when first used and opened anew after it broke. Nothing is retried
 * and nothing is queued for later: what could not be sent or was not answered is an error at once.
 */
export class Connection {
  readonly address: Address;
  readonly #access: NodeAccess;
  readonly #connecting: ConnectionOptions;
  readonly #deadlines: ReplyDeadlines;
  readonly #bulk: BulkLane;
  #redis: Redis | undefined;
  #opening: Promise<Redis> | undefined;
  /** The first thing that went wrong with the present connection itself. */
  #reason: ConnectionError | undefined;
  #hasAnswered = false;
  #isClosed = false;
  #takesPassword = true;

  constructor(address: Address, access: NodeAccess, options: ConnectionOptions = {}) {
    this.address = address;
    this.#access = access;
    this.#connecting = options;
    this.#bulk = new BulkLane(address, access);
    this.#deadlines = new ReplyDeadlines({
      bytesRead: () => (this.#redis?.stream?.bytesRead ?? 0) + this.#bulk.bytesRead,
      silent: (timeoutMs) => this.#silent(timeoutMs),
    });
  }

  /**
   * Sends the commands down one pipeline and waits for all replies.
   *
   * @throws ConnectFailed with code `node-unreachable`, `node-denied` or `node-silent`; NodeFailed with code
   *   `connection-lost` when the connection broke with replies outstanding. Error replies are returned,
   *   without what the node quotes of our commands.
   */
  async send(commands: readonly Command[], options: SendOptions = {}): Promise<Reply[]> {
    const timeoutMs = options.timeoutMs ?? this.#access.timeoutMs;
    return await this.#deadlines.keep(timeoutMs, () => this.#exchange(commands, options.asBuffers ?? false));
  }

  /** False once the node said that it has no password: it would refuse one in MIGRATE as well. */
  get takesPassword(): boolean {
    return this.#takesPassword;
  }

  /** Whom the node takes us for. */
  get user(): string {
    return credentialsFor(this.#access, this.address).username ?? "default";
  }

  /** For good: what is sent later fails, and nothing of it keeps the process running. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
    this.#bulk.close();
  }

  #drop(): void {
    this.#redis?.disconnect();
    this.#redis = undefined;
    this.#opening = undefined;
  }

  async #exchange(commands: readonly Command[], asBuffers: boolean): Promise<Reply[]> {
    const bulk = this.#readsOtherwise ? undefined : await this.#bulk.connectionFor(commands);
    if (bulk) return await sendInBulk(bulk, commands, { asBuffers });
    const redis = await this.#open();
    const pipeline = redis.pipeline();
    for (const [name, ...args] of commands) {
      if (asBuffers) pipeline.callBuffer(name, ...args);
      else pipeline.call(name, ...args);
    }
    const results = (await pipeline.exec()) ?? [];
    const replies: Reply[] = [];
    for (const [error, value] of results) {
      if (!error) replies.push(value);
      else if (error.name === "ReplyError") replies.push(new ReplyError(withoutArguments(error.message)));
      else throw this.#lost(error, replies);
    }
    this.#hasAnswered = true;
    return replies;
  }

  /** Whether its replies are to be read in another way than usual. */
  get #readsOtherwise(): boolean {
    const { integersAsText = false, replyBytesMax } = this.#connecting;
    return integersAsText || replyBytesMax !== undefined;
  }

  #open(): Promise<Redis> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#drop();
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<Redis> {
    const { Redis } = await import("ioredis");
    if (this.#isClosed) throw notConnected(this.#where, new Error("slotctl has closed it itself"));
    const redis = new Redis(quietOptions(this.address, this.#access, this.#connecting));
    this.#redis = redis;
    this.#reason = undefined;
    this.#hasAnswered = false;
    redis.on("error", (error: ConnectionError) => {
      if (this.#redis === redis) this.#reason ??= error;
    });
    try {
      await redis.connect();
    } catch (error) {
      throw notConnected(this.#where, this.#reason ?? (error as Error));
    }
    redis.once("close", () => {
      if (this.#redis === redis) this.#drop();
    });
    this.#access.routes?.arrived(this.address, redis.stream.remoteAddress);
    limitReplies(redis, this.#connecting.replyBytesMax, () => {
      this.#reason ??= Object.assign(new Error("too large"), { code: REPLY_TOO_LARGE });
    });
    await this.#authenticate(redis);
    return redis;
  }

  /** By ourselves, for ioredis writes a warning of its own when a node has no password. */
  async #authenticate(redis: Redis): Promise<void> {
    const { username, password } = credentialsFor(this.#access, this.address);
    if (password === undefined && username === undefined) return;
    try {
      // A user without a password is one that needs none: it is asked for all the same, or the commands
      // would run as the default user.
      await redis.call("AUTH", ...(username === undefined ? [] : [username]), password ?? "");
    } catch (error) {
      const { name, message } = error as Error;
      // A server that takes no more clients says so in place of a reply.
      if (name !== "ReplyError" || /max number of clients/i.test(message)) {
        throw this.#lost(error as Error, name === "ReplyError" ? [new ReplyError(message)] : []);
      }
      const needsNone = username === undefined && /no password is set|without any password/i.test(message);
      if (!needsNone) throw denied(this.#where, message);
      this.#takesPassword = false;
    }
  }

  /** What the node said last before it closed the connection may be that it does not want us. */
  #lost(error: Error, replies: readonly Reply[]): Error {
    const last = replies.at(-1);
    return connectionLost(this.#where, {
      error,
      reason: this.#reason,
      lastError: last instanceof ReplyError ? last.message : undefined,
      hasAnswered: this.#hasAnswered || replies.length > 0,
    });
  }

  /** Error replies that mean the whole connection is not allowed are failures of the connection. */
  refuseDenied(replies: readonly Reply[], commands: readonly Command[]): void {
    replies.forEach((reply, index) => {
      if (!(reply instanceof ReplyError) || !isDenied(reply)) return;
      const denial = { user: this.user, command: commandName(commands[index]) };
      throw denied(this.#where, reply.message, denial);
    });
  }

  #silent(timeoutMs: number): ConnectFailed {
    if (!this.#isTaken()) return notTaken(this.#where, timeoutMs);
    const inTlsHandshake = this.#access.tls !== undefined && this.#redis?.status !== "ready";
    return silent(this.#where, { timeoutMs, inTlsHandshake });
  }

  /** Whether anybody has taken the connection: the system of a stopped server does, a host that is cut off does not. */
  #isTaken(): boolean {
    if (this.#redis?.status !== "connecting") return true;
    const socket = this.#redis.stream as Socket | undefined;
    return socket ? !socket.connecting : false;
  }

  get #where(): string {
    return formatAddress(this.address);
  }
}
