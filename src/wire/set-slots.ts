import type { Look, NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import { NodeFailed } from "../errors.ts";
import type { Command } from "./command.ts";
import type { Connection } from "./connection.ts";
import { LANES, Lanes } from "./lanes.ts";
import type { NodeAccess } from "./node-access.ts";
import { nodeFailure } from "./node-failure.ts";
import { isDemoted, isUnassigned, isWithoutMulti, ReplyError } from "./reply-errors.ts";
import { type Run, runOver } from "./run-commands.ts";
import { SAID_WHEN_DEMOTED } from "./said-when-demoted.ts";

/** How long Valkey waits for the replicas of a node before it refuses a SETSLOT with NOREPLICAS. */
const SET_SLOT_HOLD_MS = 2000;
/** How many SETSLOT wait in line on one connection. */
const HELD_PER_LANE = 2;
/** Slots of each of which a node tells all others: 64 in a row keep these from answering for 6 ms. */
const NEWS_AT_ONCE = 16;
/** Slots that change hands in one transaction, in which the node answers nobody else. */
const SLOTS_AT_ONCE = 512;

/** CLUSTER SETSLOT of one node, for many slots at once. */
export class SetSlots {
  readonly #who: Pick<Connection, "address" | "user">;
  readonly #access: NodeAccess;
  readonly #lanes: Lanes;
  readonly #run: Run;
  readonly #look: () => Promise<Look>;
  #id: string | undefined;
  /** Unknown until the node was looked at. */
  #blocks: boolean | undefined;
  #waitsForReplicas = false;
  #mayExec: Promise<boolean> | undefined;
  #hidesKeys = false;

  /** @param look looks at the node anew, and has `learn` called. */
  constructor(connection: Connection, { access, look }: { access: NodeAccess; look: () => Promise<Look> }) {
    this.#who = connection;
    this.#access = access;
    this.#look = look;
    this.#lanes = new Lanes(connection.address, access);
    this.#run = runOver(connection);
  }

  learn(view: NodeView): void {
    this.#id = view.self.id;
    // Since 8.0 Valkey holds the reply to SETSLOT back until the replicas have it too (valkey-io/valkey#445),
    // some milliseconds each, and a connection waits for its own replies only.
    this.#blocks = isServerFrom(view, { engine: "valkey", from: [8, 0] });
    this.#waitsForReplicas = this.#blocks && view.lines.some(({ primaryId }) => primaryId === view.self.id);
    this.#hidesKeys = isServerFrom(view, { engine: "redis", from: [8, 4] });
  }

  /** Whether the node counts no key of a slot that is neither its own nor on its way to it (seen with Redis 8.6). */
  get hidesKeys(): boolean {
    return this.#hidesKeys;
  }

  /** Closes slots and counts their keys in one transaction: no key can come in between. In the order of the slots. */
  async closeCounting(slots: readonly number[]): Promise<number[]> {
    if (slots.length === 0) return [];
    const commands = slots.flatMap((slot): Command[] => [
      ["CLUSTER", "COUNTKEYSINSLOT", slot],
      ["CLUSTER", "SETSLOT", slot, "STABLE"],
    ]);
    const replies = await this.#mustTransact(commands);
    return slots.map((_, index) => Number(replies[index * 2]));
  }

  /**
   * Gives slots up and imports them from their new owner, in one transaction: keys that are still there would be out of
   * sight in between.
   */
  async giveUp(slots: readonly number[], ownerId: string): Promise<void> {
    for (let start = 0; start < slots.length; start += SLOTS_AT_ONCE) {
      const commands = slots.slice(start, start + SLOTS_AT_ONCE).flatMap((slot): Command[] => [
        ["CLUSTER", "DELSLOTS", slot],
        ["CLUSTER", "SETSLOT", slot, "STABLE"],
        ["CLUSTER", "SETSLOT", slot, "IMPORTING", ownerId],
      ]);
      await this.#mustTransact(commands, isUnassigned);
    }
  }

  /**
   * The node takes slots that it imports. For each slot that is marked as imported when it is taken, a node makes its
   * epoch the newest that it knows, and since 7.0 tells all others of everything it owns; these go through all slots
   * for that before they answer anybody: of the time for 4096 empty slots it was nine tenths. So only two are marked by
   * then: the first, for without a new epoch no claim of the others would hold, and the last, for the news. Between
   * closing a slot and taking it nobody may see it, nor may we end: its keys would be at a node that does not import it.
   *
   * Nothing is marked anew for it: what is late here, and finds slots that have gone on to somebody else, must not get an
   * epoch above that node's, which would delete the keys.
   */
  async take(slots: readonly number[], ownerId: string): Promise<void> {
    const [first, ...others] = slots;
    if (first === undefined) return;
    const own = (slot: number): Command => ["CLUSTER", "SETSLOT", slot, "NODE", ownerId];
    const began = (await this.#mayTransact())
      ? await this.#transaction([own(first), ["CLUSTER", "INFO"]])
      : [];
    if (began instanceof ReplyError || !isNewestEpoch(began[1])) {
      await this.#takeEach(slots, ownerId);
      return;
    }
    for (let start = 0; start < others.length; start += SLOTS_AT_ONCE) {
      const some = others.slice(start, start + SLOTS_AT_ONCE);
      const last = some.at(-1);
      const close = (slot: number): Command[] =>
        slot === last ? [] : [["CLUSTER", "SETSLOT", slot, "STABLE"]];
      const taken = await this.#transaction(some.flatMap((slot) => [...close(slot), own(slot)]));
      if (taken instanceof ReplyError) await this.#takeEach(some, ownerId);
    }
  }

  async #takeEach(slots: readonly number[], ownerId: string): Promise<void> {
    // To wait for replicas so many more times takes longer than all the news.
    const size = this.#waitsForReplicas ? slots.length : NEWS_AT_ONCE;
    for (let start = 0; start < slots.length; start += size) {
      await this.setOwner(slots.slice(start, start + size), ownerId);
    }
  }

  /**
   * EXEC by itself does nothing, and says so to whoever may use it. Were it refused after MULTI, what is sent next would
   * be queued for ever, and the reply to that looks like success.
   */
  async #mayTransact(): Promise<boolean> {
    if (this.#blocks !== false) return false;
    this.#mayExec ??= this.#run([["EXEC"]], { tolerate: () => true }).then(
      ([reply]) => reply instanceof ReplyError && isWithoutMulti(reply),
    );
    return await this.#mayExec;
  }

  /** Who owns slots: the node itself, or another one. */
  async setOwner(slots: Iterable<number>, ownerId: string): Promise<void> {
    // A primary that gave its last slot away may be a replica by now, and learns the rest from its new
    // primary. The owner itself must take the slots: would it not, nobody had them.
    const isOther = ownerId !== this.#id;
    try {
      await this.mark(slots, ["NODE", ownerId], isOther ? isDemoted : undefined);
    } catch (error) {
      if (!isOther || !(error instanceof NodeFailed) || !SAID_WHEN_DEMOTED.has(error.code)) throw error;
      const look = await this.#look();
      // Whose replica it is does not matter: one that gives to several gets the slots' owners from any of them.
      if (!("view" in look) || look.view.self.role === "primary") throw error;
    }
  }

  async mark(
    slots: Iterable<number>,
    words: readonly string[],
    tolerate?: (error: ReplyError) => boolean,
  ): Promise<void> {
    const commands = Array.from(slots, (slot): Command => ["CLUSTER", "SETSLOT", slot, ...words]);
    const tolerating = tolerate ? { tolerate } : {};
    if (!this.#blocks) {
      await this.#run(commands, tolerating);
      return;
    }
    // The node itself gives up, one SETSLOT of a lane after the other; we only guard against its silence, which
    // is to be noticed before it has lasted for all of them.
    const timeoutMs = this.#access.timeoutMs + SET_SLOT_HOLD_MS * HELD_PER_LANE;
    for (let start = 0; start < commands.length; start += LANES * HELD_PER_LANE) {
      const some = commands.slice(start, start + LANES * HELD_PER_LANE);
      await this.#run(some, { over: this.#lanes, timeoutMs, ...tolerating });
    }
  }

  async #mustTransact(
    commands: readonly Command[],
    tolerate?: (error: ReplyError) => boolean,
  ): Promise<readonly unknown[]> {
    const results = await this.#transaction(commands, tolerate);
    if (results instanceof ReplyError) throw this.#failed(results);
    return results;
  }

  /**
   * All or nothing of it is seen by others. Never for SETSLOT at a Valkey node with replicas, which it ends (an assertion
   * of 8.0 to 9.1: a command that waits for replicas may not be part of a transaction).
   *
   * @returns what became of each command; or why it was refused as a whole, as by a node whose memory is full, or where
   *   MULTI is not allowed: then nothing was done as one.
   */
  async #transaction(
    commands: readonly Command[],
    tolerate?: (error: ReplyError) => boolean,
  ): Promise<readonly unknown[] | ReplyError> {
    const replies = await this.#run([["MULTI"], ...commands, ["EXEC"]], { tolerate: () => true });
    const results = replies.at(-1);
    if (!Array.isArray(results) || results.length !== commands.length) {
      const refusal = replies.find((reply) => reply instanceof ReplyError);
      return refusal ?? new ReplyError("ERR the transaction was not carried out");
    }
    const errors = results.flatMap((reply) =>
      reply instanceof Error ? [new ReplyError(reply.message)] : [],
    );
    const failure = errors.find((error) => !tolerate?.(error));
    if (failure) throw this.#failed(failure);
    return results;
  }

  #failed(error: ReplyError): Error {
    const { address, user } = this.#who;
    return nodeFailure(error, { address, user, command: "CLUSTER SETSLOT" });
  }

  close(): void {
    this.#lanes.close();
  }
}

/** Whether a node's own epoch is the newest that it knows, by what it answered to CLUSTER INFO. */
function isNewestEpoch(said: unknown): boolean {
  if (typeof said !== "string") return false;
  const numberOf = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(said)?.[1]);
  return numberOf("cluster_my_epoch") >= numberOf("cluster_current_epoch");
}
