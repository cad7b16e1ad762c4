import { type Address, formatAddress } from "../cluster/address.ts";
import { areFaithful, type Key } from "../cluster/key.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { Command, Reply } from "./command.ts";
import type { Connection } from "./connection.ts";
import { migrateCommand } from "./migrate-command.ts";
import { credentialsFor, type NodeAccess } from "./node-access.ts";
import type { Credentials } from "./node-credentials.ts";
import type { KeysRequest, MigrateRequest } from "./node-client.ts";
import { migrateFailure } from "./node-failure.ts";
import { databasesOf, parseInfo } from "./parse-info.ts";
import { isRedirect, ReplyError } from "./reply-errors.ts";
import type { Run } from "./run-commands.ts";
import { sendIn } from "./send-in.ts";

/** The keys of one node, in all its databases. */
export class NodeKeys {
  readonly #connection: Connection;
  readonly #access: NodeAccess;
  readonly #run: Run;
  #hasDatabases = false;
  #hidesKeys = false;
  #hasSlotStats = false;

  constructor({ connection, access, run }: { connection: Connection; access: NodeAccess; run: Run }) {
    this.#connection = connection;
    this.#access = access;
    this.#run = run;
  }

  learn(view: Pick<NodeView, "engine" | "version">): void {
    this.#hasDatabases = isServerFrom(view, { engine: "valkey", from: [9, 0] });
    this.#hidesKeys = hidesKeys(view);
    this.#hasSlotStats =
      isServerFrom(view, { engine: "redis", from: [8, 2] }) ||
      isServerFrom(view, { engine: "valkey", from: [8, 0] });
  }

  async databases(): Promise<readonly number[]> {
    if (!this.#hasDatabases) return [0];
    const [keyspace] = await this.#run([["INFO", "keyspace"]]);
    return [...new Set([0, ...databasesOf(parseInfo(String(keyspace))).keys()])];
  }

  async count(slots: readonly number[]): Promise<number[]> {
    const commands = slots.map((slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", slot]);
    const databases = await this.databases();
    const counts = await Promise.all(databases.map((database) => this.#run(commands, { database })));
    return slots.map((_, index) => counts.reduce((sum, replies) => sum + Number(replies[index]), 0));
  }

  /** CLUSTER SLOT-STATS tells of slots that the node owns, thousands in one reply, and is believed if it tells of all. */
  async countOwn(slots: SlotSet): Promise<ReadonlyMap<number, number>> {
    const databases = this.#hasSlotStats ? await this.databases() : [];
    if (databases.length === 1) {
      const commands = slots.ranges.map(({ first, last }): Command => {
        return ["CLUSTER", "SLOT-STATS", "SLOTSRANGE", first, last];
      });
      // An older release of either server may not know it, and a user may be allowed to count only.
      const replies = await this.#run(commands, { tolerate: () => true });
      const counts = keyCountsIn(replies);
      if (counts.size === slots.size) return counts;
    }
    const list = [...slots];
    const counts = await this.count(list);
    return new Map(list.map((slot, index) => [slot, counts[index] ?? 0]));
  }

  async countHidden(slots: readonly number[], peerId: string): Promise<number[]> {
    if (!this.#hidesKeys) return await this.count(slots);
    const counts: number[] = [];
    for (let start = 0; start < slots.length; start += HIDDEN_AT_ONCE) {
      const some = slots.slice(start, start + HIDDEN_AT_ONCE);
      const replies = await this.#run([
        ["MULTI"],
        ...some.flatMap((slot): Command[] => [
          ["CLUSTER", "SETSLOT", slot, "IMPORTING", peerId],
          ["CLUSTER", "COUNTKEYSINSLOT", slot],
          ["CLUSTER", "SETSLOT", slot, "STABLE"],
        ]),
        ["EXEC"],
      ]);
      const results = replies.at(-1);
      some.forEach((_, index) => counts.push(this.#countIn(results, index * 3)));
    }
    return counts;
  }

  /** Asked of servers that hide keys; these have no other databases. */
  async countUnseen(seen: SlotSet): Promise<number> {
    const counting = Array.from(seen, (slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", slot]);
    const replies = (await this.#run([["MULTI"], ["DBSIZE"], ...counting, ["EXEC"]])).at(-1);
    const [all = Number.NaN, ...counts] = Array.isArray(replies) ? replies.map(Number) : [];
    if (counts.length !== counting.length || [all, ...counts].some(Number.isNaN)) throw this.#uncounted("");
    return all - counts.reduce((sum, count) => sum + count, 0);
  }

  /** A count that is not to be had must not read as zero: nor one of a slot that could not be marked. */
  #countIn(replies: Reply, index: number): number {
    const [marked, reply]: unknown[] = Array.isArray(replies) ? replies.slice(index, index + 2) : [];
    const isUnmarked = marked instanceof Error && !isSeenUnmarked(marked);
    if (typeof reply === "number" && !isUnmarked) return reply;
    const refusal = isUnmarked ? marked : reply;
    throw this.#uncounted(refusal instanceof Error ? `: ${refusal.message}` : "");
  }

  #uncounted(said: string): NodeFailed {
    const node = formatAddress(this.#connection.address);
    return new NodeFailed(`${node} did not count the keys of a slot that it does not own${said}.`, {
      code: "command-failed",
      node,
    });
  }

  async namesIn({ slots, keysMaxOf, database }: KeysRequest): Promise<Key[][]> {
    const commandFor = (slot: number): Command => ["CLUSTER", "GETKEYSINSLOT", slot, keysMaxOf(slot)];
    const texts = (await this.#run(slots.map(commandFor), { database })) as string[][];
    const garbled = slots.filter((_, index) => !areFaithful(texts[index] ?? []));
    const exact = await this.#run(garbled.map(commandFor), { asBuffers: true, database });
    const bytes = new Map(garbled.map((slot, index) => [slot, exact[index] as Buffer[]]));
    return slots.map((slot, index) => bytes.get(slot) ?? texts[index] ?? []);
  }

  async sizesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    const commands = keys.map((key): Command => ["MEMORY", "USAGE", key]);
    const replies = await this.#run(commands, { tolerate: () => true, database });
    return replies.map((reply) => (typeof reply === "number" ? reply : undefined));
  }

  async frequenciesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    const commands = keys.map((key): Command => ["OBJECT", "FREQ", key]);
    const replies = await this.#run(commands, { tolerate: () => true, database });
    return replies.map((reply) => (typeof reply === "number" ? reply : undefined));
  }

  async ttlsOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    const commands = keys.flatMap((key): Command[] => [["ASKING"], ["PTTL", key]]);
    const replies = await this.#run(commands, { database });
    return keys.map((_, index) => {
      const ttlMs = Number(replies[index * 2 + 1]);
      return ttlMs >= 0 ? ttlMs : undefined;
    });
  }

  async migrate(request: MigrateRequest): Promise<void> {
    const commands = [migrateCommand(request, this.#credentialsAt(request.to))];
    // The node itself gives up after timeoutMs without progress, one MIGRATE after the other; we only guard
    // against its own silence.
    const timeoutMs = 2 * request.timeoutMs + this.#access.timeoutMs;
    const [reply] = await sendIn(this.#connection, { database: request.database, commands }, { timeoutMs });
    if (reply instanceof ReplyError) throw migrateFailure(reply, { from: this.#connection.address, request });
  }

  /** The nodes of a cluster take the same credentials from each other as from us. */
  #credentialsAt(target: Address): Partial<Credentials> {
    if (this.#access.credentials) return credentialsFor(this.#access, target);
    return this.#connection.takesPassword ? this.#access : {};
  }

  async dump(keys: readonly Key[], database: number): Promise<(Buffer | undefined)[]> {
    // ASKING, for the target of an open slot answers only those who were sent to it; the source answers
    // with a redirect for a key that has gone already.
    const commands = keys.flatMap((key): Command[] => [["ASKING"], ["DUMP", key]]);
    const replies = await this.#run(commands, { asBuffers: true, tolerate: isRedirect, database });
    return keys.map((_, index) => {
      const reply = replies[index * 2 + 1];
      return Buffer.isBuffer(reply) ? reply : undefined;
    });
  }

  async delete(keys: readonly Key[], database: number): Promise<void> {
    await this.#run(
      keys.flatMap((key): Command[] => [["ASKING"], ["DEL", key]]),
      { database },
    );
  }

  async deleteUnchanged(
    key: Key,
    { dump, database }: { readonly dump: Buffer; readonly database: number },
  ): Promise<boolean> {
    const [deleted] = await this.#run([["EVAL", DELETE_UNCHANGED, 1, key, dump]], { database });
    return deleted === 1;
  }
}

/** Of replies like `[[slot, ["key-count", 3, …]], …]`; whatever else a reply holds tells of no slot. */
function keyCountsIn(replies: readonly Reply[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const entry of replies.flatMap((reply): unknown[] => (Array.isArray(reply) ? reply : []))) {
    const [slot, stats]: unknown[] = Array.isArray(entry) ? entry : [];
    const count: unknown = Array.isArray(stats) ? stats[stats.indexOf("key-count") + 1] : undefined;
    if (typeof slot === "number" && typeof count === "number") counts.set(slot, count);
  }
  return counts;
}

/** In a script, for clients write the key all the while. */
const DELETE_UNCHANGED =
  "if redis.call('DUMP', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";

/** It owns the slot by now, and tells of its keys; or an atomic migration is under way, and nobody can mark it. */
function isSeenUnmarked({ message }: Error): boolean {
  return /already the owner|atomic slot migration/i.test(message);
}

/** Slots whose hidden keys are counted in one transaction, in which the node answers nobody else. */
const HIDDEN_AT_ONCE = 512;

/** Whether the node does not tell of keys in slots that it neither owns nor imports. */
export function hidesKeys(view: Pick<NodeView, "engine" | "version">): boolean {
  return isServerFrom(view, { engine: "redis", from: [8, 4] });
}
