import { hash } from "node:crypto";
import { type Address, formatAddress } from "../cluster/address.ts";
import { NodeFailed } from "../errors.ts";
import type { BulkConnection } from "./bulk-connection.ts";
import { CommandBytes } from "./command-bytes.ts";
import { withoutArguments } from "./connection-failure.ts";
import { isAboutKeys, isNoPermission } from "./denial.ts";
import type { KeyValue } from "./import-source.ts";
import { nodeFailure } from "./node-failure.ts";
import { parseInfo } from "./parse-info.ts";
import { isDenied, isOutOfMemory, isUnknownCommand, ReplyError } from "./reply-errors.ts";
import type { RawReply } from "./reply-reader.ts";
import { emptyString } from "./payload-version.ts";
import { EXCHANGE, LOOK_AT_END, LOOK_AT_TTL, REWRITE, TOUCH, WITHDRAW } from "./target-scripts.ts";
import { temporaryKeyAlike, temporaryKeyBeside } from "./temporary-key.ts";

/** What a primary says to a value: `elsewhere` means that this node, now, is not the one to ask. */
export type Stored = "stored" | "exists" | "elsewhere";

/** One primary of the cluster that keys are brought to, in one of its databases. */
export interface ImportTarget extends Disposable {
  readonly address: Address;
  readonly isOver: boolean;
  /** Stores those whose key it does not have. @throws NodeFailed where it cannot. */
  store(values: readonly KeyValue[]): Promise<Stored[]>;
  /** What it holds under these keys; of a value larger than `bytesMax` only how large it is. */
  look(asked: readonly AskedKey[]): Promise<Found[]>;
  /** A source's payload as this node would write it, to be compared with one of its own. */
  rewrite(value: KeyValue): Promise<Buffer | "elsewhere">;
  /** Stores a value in place of one that is still what it was; `exists` where it is not. */
  exchange(value: KeyValue, before: Buffer): Promise<Stored>;
  /** Deletes a key that is still what it was. */
  withdraw(key: Buffer, before: Buffer): Promise<boolean>;
  /**
   * Writes what nobody ever sees, in the slot of the key: what `confirm` says afterwards holds of what others have
   * stored before it as well. False where this node is not the one to ask.
   */
  touch(key: Buffer): Promise<boolean>;
  /** Waits until replicas have all that was stored over this connection, and for no longer than it may be silent. */
  confirm(waitMs: number): Promise<Confirmed>;
}

export interface FoundValue {
  readonly dump: Buffer;
  readonly endsAtMs: number;
}

export interface AskedKey {
  readonly key: Buffer;
  readonly bytesMax: number;
}

export type Found = FoundValue | { readonly tooLargeBytes: number } | undefined | "elsewhere";

export interface Confirmed {
  readonly isPrimary: boolean;
  /** Replicas that have it, and those that are connected. */
  readonly acknowledged: number;
  readonly connected: number;
}

/** What a RESTORE takes beside key and value: words, lengths and line ends. */
const RESTORE_BYTES = 80;

export class RedisImportTarget implements ImportTarget {
  readonly address: Address;
  readonly #connection: BulkConnection;
  readonly #hasExpireTime: boolean;
  #replicas = 0;
  #isConfined = false;

  constructor(connection: BulkConnection, { hasExpireTime }: { readonly hasExpireTime: boolean }) {
    this.address = connection.address;
    this.#connection = connection;
    this.#hasExpireTime = hasExpireTime;
  }

  get isOver(): boolean {
    return this.#connection.isOver;
  }

  async store(values: readonly KeyValue[]): Promise<Stored[]> {
    const commands = new CommandBytes(
      values.reduce((sum, { key, dump }) => sum + key.length + dump.length + RESTORE_BYTES, 0),
    );
    for (const { key, dump, endsAtMs } of values) {
      const isLasting = endsAtMs < 0;
      commands.begin(isLasting ? 4 : 5);
      commands.word("RESTORE");
      commands.word(key);
      commands.word(isLasting ? "0" : String(endsAtMs));
      commands.word(dump);
      if (!isLasting) commands.word("ABSTTL");
    }
    return (await this.#connection.send(commands)).map((reply) =>
      reply === "OK" ? "stored" : this.#refusalOf(reply, "RESTORE"),
    );
  }

  async look(asked: readonly AskedKey[]): Promise<Found[]> {
    const script = this.#hasExpireTime ? LOOK_AT_END : LOOK_AT_TTL;
    const commands = new CommandBytes(
      asked.reduce((sum, { key }) => sum + key.length + script.length + RESTORE_BYTES, 0),
    );
    for (const { key, bytesMax } of asked) commands.add(["EVAL", script, "1", key, String(bytesMax)]);
    return (await this.#connection.send(commands)).map((reply) => {
      if (reply === null) return undefined;
      if (typeof reply === "number") return { tooLargeBytes: reply };
      const [dump, endsAtMs] = Array.isArray(reply) ? (reply as readonly RawReply[]) : [];
      if (Buffer.isBuffer(dump)) return { dump, endsAtMs: Number(endsAtMs) < 0 ? -1 : Number(endsAtMs) };
      return this.#refusalOf(reply, "DUMP") === "elsewhere" ? "elsewhere" : undefined;
    });
  }

  async rewrite({ key, dump }: KeyValue): Promise<Buffer | "elsewhere"> {
    const reply = await this.#tryBeside(REWRITE, key, dump);
    if (Buffer.isBuffer(reply)) return reply;
    this.#refusalOf(reply, "RESTORE");
    return "elsewhere";
  }

  async exchange({ key, dump, endsAtMs }: KeyValue, before: Buffer): Promise<Stored> {
    const endsAt = String(Math.max(0, endsAtMs));
    const reply = await this.#connection.one("EVAL", EXCHANGE, "1", key, hash("sha1", before), endsAt, dump);
    if (reply === 1) return "stored";
    return reply === 0 ? "exists" : this.#refusalOf(reply, "RESTORE");
  }

  async withdraw(key: Buffer, before: Buffer): Promise<boolean> {
    const reply = await this.#connection.one("EVAL", WITHDRAW, "1", key, hash("sha1", before));
    if (reply instanceof ReplyError) this.#refusalOf(reply, "DEL");
    return reply === 1;
  }

  async touch(key: Buffer): Promise<boolean> {
    const reply = await this.#tryBeside(TOUCH, key, emptyString());
    if (typeof reply === "number") return true;
    this.#refusalOf(reply, "RESTORE");
    return false;
  }

  /**
   * Of what was written over this connection: WAIT counts from its last command, and since Redis 7.2 from its last
   * write, so that one that has only read is told at once that all is well. Whether the node still is the primary is
   * asked behind it, for one that has become a replica forgets what it had.
   */
  async confirm(waitMs: number): Promise<Confirmed> {
    const commands = new CommandBytes();
    // 0 would be for ever; and who waits for as long as it may be silent looks as if it were.
    const longestMs = Math.max(1, Math.min(waitMs, Math.floor(this.#connection.timeoutMs / 2)));
    commands.add(["WAIT", String(this.#replicas), String(longestMs)]);
    commands.add(["INFO", "replication"]);
    const [acknowledged = null, text = null] = await this.#connection.send(commands);
    // A replica refuses WAIT as well, and says no longer that it is a primary; this one will never let us.
    if (acknowledged instanceof ReplyError && (isDenied(acknowledged) || isUnknownCommand(acknowledged))) {
      throw targetFailure(acknowledged, {
        address: this.address,
        command: "WAIT",
        user: this.#connection.user,
      });
    }
    const info = parseInfo(String(text));
    const connected = Array.from({ length: Number(info.get("connected_slaves") ?? 0) }, (_, index) =>
      info.get(`slave${index}`),
    ).filter((line) => line?.includes("state=online")).length;
    this.#replicas = connected;
    return {
      isPrimary: info.get("role") === "master" && typeof acknowledged === "number",
      acknowledged: typeof acknowledged === "number" ? acknowledged : 0,
      connected,
    };
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  /** Runs a script on a key that nobody uses; a user may be confined to names that begin as those of the keys do. */
  async #tryBeside(script: Buffer, key: Buffer, dump: Buffer): Promise<RawReply> {
    if (!this.#isConfined) {
      const reply = await this.#connection.one("EVAL", script, "1", temporaryKeyBeside(key), dump);
      if (!(reply instanceof ReplyError && isNoPermission(reply) && isAboutKeys(reply.message))) return reply;
      this.#isConfined = true;
    }
    return await this.#connection.one("EVAL", script, "1", temporaryKeyAlike(key), dump);
  }

  /** What a refusal means for the key. @throws NodeFailed where it means that the import cannot go on. */
  #refusalOf(reply: RawReply, command: string): "exists" | "elsewhere" {
    const { address } = this;
    if (!(reply instanceof ReplyError)) {
      const node = formatAddress(address);
      throw new NodeFailed(`${node} answers ${command} with what is no answer to it.`, {
        code: "command-failed",
        node,
      });
    }
    if (reply.replyCode === "BUSYKEY") return "exists";
    if (ELSEWHERE.has(reply.replyCode) || /non local key/i.test(reply.message)) return "elsewhere";
    throw targetFailure(reply, { address, command, user: this.#connection.user });
  }
}

const ELSEWHERE: ReadonlySet<string> = new Set([
  "MOVED",
  "ASK",
  "TRYAGAIN",
  "CLUSTERDOWN",
  "READONLY",
  "LOADING",
  "MASTERDOWN",
  "UNBLOCKED",
]);

function targetFailure(
  reply: ReplyError,
  { address, command, user }: { readonly address: Address; readonly command: string; readonly user: string },
): Error {
  const node = formatAddress(address);
  if (isOutOfMemory(reply)) {
    return new NodeFailed(`${node} is full: it takes no more keys (maxmemory).`, {
      code: "target-full",
      node,
      reason: "it has reached its maxmemory",
      hint: "Raise maxmemory on it, or add shards and run slotctl rebalance, then run the same command again: it goes on from here.",
      cause: reply,
    });
  }
  if (/DUMP payload version or checksum|Bad data format/i.test(reply.message)) {
    return new NodeFailed(
      `${node} (the target) does not understand a value of the source: ${withoutArguments(reply.message)}.`,
      {
        code: "payload-not-understood",
        node,
        hint: "The source is newer than the cluster, or has a module that the cluster has not: upgrade the cluster first.",
        cause: reply,
      },
    );
  }
  return nodeFailure(reply, { address, command, user });
}
