import type { Address } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import type { Command, Connection } from "./connection.ts";
import { LANES, Lanes } from "./lanes.ts";
import type { NodeAccess } from "./node-access.ts";
import { nodeFailure } from "./node-failure.ts";
import { isUnassigned, ReplyError } from "./reply-errors.ts";
import { type Run, runOver } from "./run-commands.ts";

/** How long Valkey waits for the replicas of a node before it refuses a SETSLOT with NOREPLICAS. */
const SET_SLOT_HOLD_MS = 2000;
/** How many SETSLOT wait in line on one connection. */
const HELD_PER_LANE = 2;
/** Slots that are given up in one transaction, in which the node answers nobody else. */
const GIVEN_AT_ONCE = 512;

/** CLUSTER SETSLOT of one node, for many slots at once. */
export class SetSlots {
  readonly #who: Pick<Connection, "address" | "user">;
  readonly #access: NodeAccess;
  readonly #lanes: Lanes;
  readonly #run: Run;
  #blocks = false;
  #hidesKeys = false;

  constructor(connection: Connection, access: NodeAccess) {
    this.#who = connection;
    this.#access = access;
    this.#lanes = new Lanes(connection.address, access);
    this.#run = runOver(connection);
  }

  learn(view: NodeView): void {
    // Since 8.0 Valkey holds the reply to SETSLOT back until the replicas have it too (valkey-io/valkey#445),
    // some milliseconds each, and a connection waits for its own replies only.
    this.#blocks = isServerFrom(view, { engine: "valkey", from: [8, 0] });
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
    const results = (await this.#run([["MULTI"], ...commands, ["EXEC"]])).at(-1);
    const replies: readonly unknown[] = Array.isArray(results) ? results : [];
    const refusal = replies.find((reply) => reply instanceof Error);
    if (refusal instanceof Error) {
      const command = "CLUSTER SETSLOT";
      throw nodeFailure(new ReplyError(refusal.message), { ...this.#named, command });
    }
    return slots.map((_, index) => Number(replies[index * 2]));
  }

  /**
   * Gives slots up and imports them from their new owner, in one transaction: keys that are still there would be out of
   * sight in between.
   */
  async giveUp(slots: readonly number[], ownerId: string): Promise<void> {
    for (let start = 0; start < slots.length; start += GIVEN_AT_ONCE) {
      const commands = slots.slice(start, start + GIVEN_AT_ONCE).flatMap((slot): Command[] => [
        ["CLUSTER", "DELSLOTS", slot],
        ["CLUSTER", "SETSLOT", slot, "STABLE"],
        ["CLUSTER", "SETSLOT", slot, "IMPORTING", ownerId],
      ]);
      const results = (await this.#run([["MULTI"], ...commands, ["EXEC"]])).at(-1);
      const replies: readonly unknown[] = Array.isArray(results) ? results : [];
      const refusals = replies.flatMap((reply) =>
        reply instanceof Error ? [new ReplyError(reply.message)] : [],
      );
      const refusal = refusals.find((error) => !isUnassigned(error));
      if (refusal) throw nodeFailure(refusal, { ...this.#named, command: "CLUSTER SETSLOT" });
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

  get #named(): { address: Address; user: string } {
    const { address, user } = this.#who;
    return { address, user };
  }

  close(): void {
    this.#lanes.close();
  }
}
