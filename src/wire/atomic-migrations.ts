import type { Address } from "../cluster/address.ts";
import type { Engine, NodeView } from "../cluster/node-view.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { Command } from "./command.ts";
import { migrationGranted, migrationsOfOthers, migrationUnknown, startFailure } from "./migration-failure.ts";
import type { MigrationTraffic } from "./node-client.ts";
import { parseInfo } from "./parse-info.ts";
import { parseMigrations } from "./parse-migrations.ts";
import { isDenied, isNothingToCancel, isUnknownCommand, ReplyError } from "./reply-errors.ts";
import type { Run } from "./run-commands.ts";

const LISTS: Readonly<Record<Engine, Command>> = {
  redis: ["CLUSTER", "MIGRATION", "STATUS", "ALL"],
  valkey: ["CLUSTER", "GETSLOTMIGRATIONS"],
};

/**
 * A source of Valkey that has granted its target the slots holds its clients' writes until it hears of the new owner.
 * Told to cancel in between it says OK and lets them write: the target, which has taken over, never gets what they
 * write then (seen with 9.1.2). In a script, for the grant comes within a millisecond of the end of the snapshot.
 */
const CANCEL_UNGRANTED = `
for _, migration in ipairs(redis.call('CLUSTER', 'GETSLOTMIGRATIONS')) do
  local field = {}
  for i = 1, #migration, 2 do field[migration[i]] = migration[i + 1] end
  if field['operation'] == 'EXPORT' and field['state'] == 'failover-granted' then return 0 end
end
redis.call('CLUSTER', 'CANCELSLOTMIGRATIONS')
return 1`;

/** Atomic migrations at one node: CLUSTER MIGRATION of Redis 8.4, CLUSTER MIGRATESLOTS of Valkey 9.0. */
export class AtomicMigrations {
  readonly #address: Address;
  readonly #run: Run;
  /** As of the last look; before it both are asked. */
  #engine: Engine | undefined;

  constructor(address: Address, run: Run) {
    this.#address = address;
    this.#run = run;
  }

  learn({ engine }: NodeView): void {
    this.#engine = engine;
  }

  async list(): Promise<readonly SlotMigration[]> {
    const commands = this.#engine ? [LISTS[this.#engine]] : Object.values(LISTS);
    const tolerate = (error: ReplyError) => isUnknownCommand(error) || isDenied(error);
    const replies = await this.#run(commands, { tolerate });
    const denial = replies.find((reply) => reply instanceof ReplyError && isDenied(reply));
    if (denial instanceof ReplyError) throw startFailure(denial, this.#address);
    return replies.flatMap(parseMigrations);
  }

  /**
   * Redis counts what a target receives as replication input, of which a primary has no other. What its
   * source's child process sends it does not count.
   */
  async traffic(): Promise<MigrationTraffic> {
    const [stats, persistence] = await this.#run([
      ["INFO", "stats"],
      ["INFO", "persistence"],
    ]);
    const info = parseInfo(`${String(stats)}\n${String(persistence)}`);
    const sum = (...names: string[]) => names.reduce((total, name) => total + Number(info.get(name) ?? 0), 0);
    return {
      sentBytes: sum("total_net_cluster_slot_export_bytes"),
      receivedBytes: sum(
        this.#engine === "valkey" ? "total_net_cluster_slot_import_bytes" : "total_net_repl_input_bytes",
      ),
      savedKeys: sum("current_save_keys_processed"),
    };
  }

  async importSlots(slots: SlotSet): Promise<string> {
    const command: Command = ["CLUSTER", "MIGRATION", "IMPORT", ...boundsOf(slots)];
    return String(await this.#start([command]));
  }

  /** The reply is no more than OK: the newest one that fits, listed down the same pipeline, is ours. */
  async exportSlots(slots: SlotSet, targetId: string): Promise<string> {
    const command: Command = ["CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", ...boundsOf(slots), "NODE", targetId];
    const list = parseMigrations(await this.#start([command, LISTS.valkey]));
    const ours = list.find((migration) => migration.targetId === targetId && migration.slots.equals(slots));
    if (!ours) throw migrationUnknown(this.#address);
    return ours.id;
  }

  /**
   * @returns whether it has ended any of them.
   * @throws NodeFailed with code `migration-granted` for what cannot be cancelled any more, and is over in a moment.
   */
  async cancel(ids: readonly string[]): Promise<boolean> {
    if (ids.length === 0) return false;
    if (this.#engine === "valkey") {
      const running = (await this.list()).filter(
        ({ role, outcome }) => role === "source" && outcome === "running",
      );
      const others = running.filter(({ id }) => !ids.includes(id));
      // Those of others stand in the way only of what is still to be cancelled.
      if (others.length === running.length) return false;
      if (others.length > 0) throw migrationsOfOthers(this.#address, others);
      const [reply] = await this.#run([["EVAL", CANCEL_UNGRANTED, 0]], { tolerate: isNothingToCancel });
      if (reply === 0) throw migrationGranted(this.#address);
      return reply === 1;
    }
    const ended = await this.#run(ids.map((id): Command => ["CLUSTER", "MIGRATION", "CANCEL", "ID", id]));
    return ended.some((count) => Number(count) > 0);
  }

  /** The first command starts a migration. Returns the reply to the last one. */
  async #start(commands: readonly Command[]): Promise<unknown> {
    const replies = await this.#run(commands, { tolerate: () => true });
    const refusal = replies.find((reply) => reply instanceof ReplyError);
    if (refusal instanceof ReplyError) throw startFailure(refusal, this.#address);
    return replies.at(-1);
  }
}

function boundsOf(slots: SlotSet): number[] {
  return slots.ranges.flatMap(({ first, last }) => [first, last]);
}
