import { hash } from "node:crypto";
import { type Address, formatAddress } from "../cluster/address.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import type { BulkConnection } from "./bulk-connection.ts";
import { CommandBytes } from "./command-bytes.ts";
import { withoutArguments } from "./connection-failure.ts";
import { isDenied, isUnknownCommand, ReplyError } from "./reply-errors.ts";
import type { RawReply } from "./reply-reader.ts";
import { type SourceScripts, sourceScripts } from "./source-scripts.ts";

/** A key with its value as a DUMP payload. */
export interface KeyValue {
  readonly key: Buffer;
  readonly dump: Buffer;
  /** In milliseconds since 1970; -1 for a key that lives for ever. */
  readonly endsAtMs: number;
}

/** How much is to be read at a time. */
export interface ReadLimits {
  /** No key is begun behind so much. */
  readonly enoughBytes: number;
  /** More than that there is no room for. */
  readonly bytesMax: number;
}

export interface ReadKeys {
  /** Of the first of the keys, as many as fit; undefined for one that is not there. All of one moment. */
  readonly values: readonly (KeyValue | undefined)[];
  /** How large the value of the first one is, where not even that fits. */
  readonly tooLargeBytes: number | undefined;
}

/** What became of a key that was to be deleted unless it has changed. */
export type Taken = "taken" | "gone" | "changed";

/** One database of a server that keys come from. Tests have a second implementation. */
export interface ImportSource extends Disposable {
  readonly address: Address;
  scan(cursor: string): Promise<{ readonly cursor: string; readonly keys: Buffer[] }>;
  read(keys: readonly Buffer[], limits: ReadLimits): Promise<ReadKeys>;
  /** Deletes those that are still what was read. */
  take(values: readonly KeyValue[]): Promise<Taken[]>;
  countKeys(): Promise<number>;
}

const KEYS_PER_BITE = 512;
/** What is shorter is sent back whole to be compared: hashing it would take the source longer. */
const HASHED_BYTES_MIN = 512;
/** What a key to be deleted takes beside its name and value. */
const TAKE_BYTES = 40;
const TAKEN: readonly Taken[] = ["changed", "taken", "gone"];

export class RedisImportSource implements ImportSource {
  readonly address: Address;
  readonly #connection: BulkConnection;
  readonly #database: string;
  readonly #scripts: SourceScripts;

  constructor(
    connection: BulkConnection,
    { database, hasExpireTime }: { readonly database: number; readonly hasExpireTime: boolean },
  ) {
    this.address = connection.address;
    this.#connection = connection;
    this.#database = String(database);
    this.#scripts = sourceScripts({ hasExpireTime });
  }

  async scan(cursor: string): Promise<{ cursor: string; keys: Buffer[] }> {
    const reply = await this.#ask("SCAN", ["SCAN", cursor, "COUNT", String(KEYS_PER_BITE)]);
    const [next, keys] = reply as [Buffer, Buffer[]];
    return { cursor: next.toString(), keys };
  }

  async read(keys: readonly Buffer[], { enoughBytes, bytesMax }: ReadLimits): Promise<ReadKeys> {
    const commands = new CommandBytes(
      keys.reduce((sum, key) => sum + key.length + TAKE_BYTES, this.#scripts.read.length),
    );
    const limits = [String(enoughBytes), String(bytesMax)];
    commands.add(["EVAL", this.#scripts.read, "0", this.#database, ...limits, ...keys]);
    const [answer = null] = await this.#connection.send(commands);
    const reply = this.#accept("EVAL", answer) as number | (Buffer | number | null)[];
    if (typeof reply === "number") return { values: [], tooLargeBytes: reply };
    const values = Array.from({ length: reply.length / 2 }, (_, index) => {
      const [key, dump] = [keys[index], reply[index * 2]];
      return key && Buffer.isBuffer(dump) ? { key, dump, endsAtMs: Number(reply[index * 2 + 1]) } : undefined;
    });
    return { values, tooLargeBytes: undefined };
  }

  async take(values: readonly KeyValue[]): Promise<Taken[]> {
    if (values.length === 0) return [];
    const commands = new CommandBytes(
      values.reduce(
        (sum, { key, dump }) => sum + key.length + Math.min(dump.length, HASHED_BYTES_MIN) + TAKE_BYTES,
        this.#scripts.take.length,
      ),
    );
    commands.begin(5 + values.length * 3);
    for (const word of ["EVAL", this.#scripts.take, "0", this.#database, String(this.#scripts.slackMs)]) {
      commands.word(word);
    }
    for (const { key, dump, endsAtMs } of values) {
      commands.word(key);
      commands.word(dump.length < HASHED_BYTES_MIN ? dump : hash("sha1", dump));
      commands.word(String(endsAtMs));
    }
    const [reply = null] = await this.#connection.send(commands);
    const outcomes = this.#accept("EVAL", reply) as number[];
    return values.map((_, index) => TAKEN[outcomes[index] ?? 0] ?? "changed");
  }

  async countKeys(): Promise<number> {
    return (await this.#ask("DBSIZE", ["DBSIZE"])) as number;
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #ask(command: string, words: readonly (string | Buffer)[]): Promise<RawReply> {
    return this.#accept(command, await this.#connection.one(...words));
  }

  #accept(command: string, reply: RawReply): RawReply {
    if (reply instanceof ReplyError) throw sourceFailure(reply, { address: this.address, command });
    return reply;
  }
}

/** Why a server gives no keys, and what to do about it. */
export function sourceFailure(
  reply: ReplyError,
  { address, command }: { readonly address: Address; readonly command: string },
): Error {
  const node = formatAddress(address);
  const said = withoutArguments(reply.message).replace(/\.$/, "");
  if (isDenied(reply) || /ACL failure|can't run this command|has no permissions/i.test(said)) {
    return new ConnectFailed(`${node} does not let slotctl read its keys: ${said}.`, {
      code: "node-denied",
      node,
      reason: said,
      hint: "Its user, named with --from-user or in the address, needs +info +time +scan +dbsize +randomkey +dump +pexpiretime +pttl +eval and ~*, and for a move +unlink.",
    });
  }
  if (reply.replyCode === "READONLY") {
    return new NodeFailed(`${node} is a replica: nothing can be moved away from it.`, {
      code: "source-is-replica",
      node,
      hint: "Give its primary, or take copies with --copy.",
    });
  }
  if (isUnknownCommand(reply)) {
    return new NodeFailed(`${node} has no command ${command}: ${said}.`, {
      code: "command-missing",
      node,
      hint: "It may have been renamed in the configuration: an import needs SCAN, DUMP, EVAL and INFO under their own names.",
    });
  }
  return new NodeFailed(`${node} refused ${command}: ${said}.`, { code: "command-failed", node });
}
