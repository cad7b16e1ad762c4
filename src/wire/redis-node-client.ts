import { type Address, BUS_PORT_OFFSET } from "../cluster/address.ts";
import type { Key } from "../cluster/key.ts";
import type { LackingCommand, NeededCommand } from "../cluster/needed-command.ts";
import type { Look } from "../cluster/node-view.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { AtomicMigrations } from "./atomic-migrations.ts";
import type { Command } from "./command.ts";
import { Connection } from "./connection.ts";
import { lookAtNode } from "./look-at-node.ts";
import type { NodeAccess } from "./node-access.ts";
import { keepConfig } from "./keep-config.ts";
import { dumpFunctions } from "./node-functions.ts";
import { NodeKeys } from "./node-keys.ts";
import type {
  KeysRequest,
  LoadStats,
  LookWishes,
  MigrateRequest,
  MigrationTraffic,
  NodeClient,
} from "./node-client.ts";
import { isUnassigned, isUnknownNode } from "./reply-errors.ts";
import { rehearseCommands } from "./rehearse-commands.ts";
import { type Run, runOver } from "./run-commands.ts";
import { SetSlots } from "./set-slots.ts";
import { readLoadStats } from "./load-stats.ts";

/** A real node, over one connection that is made when first used. */
export class RedisNodeClient implements NodeClient {
  readonly address: Address;
  readonly #connection: Connection;
  readonly #probe: Connection;
  readonly #run: Run;
  readonly #setSlots: SetSlots;
  readonly #migrations: AtomicMigrations;
  readonly #keys: NodeKeys;

  constructor(address: Address, access: NodeAccess) {
    this.address = address;
    this.#connection = new Connection(address, access);
    this.#probe = new Connection(address, access);
    this.#run = runOver(this.#connection);
    this.#setSlots = new SetSlots(this.#connection, { access, look: () => this.look() });
    this.#migrations = new AtomicMigrations(address, this.#run);
    this.#keys = new NodeKeys({ connection: this.#connection, access, run: this.#run });
  }

  async look(wishes?: LookWishes): Promise<Look> {
    const look = await lookAtNode(this.#connection, wishes);
    if ("view" in look) {
      this.#setSlots.learn(look.view);
      this.#migrations.learn(look.view);
      this.#keys.learn(look.view);
    }
    return look;
  }

  async meet(peers: readonly { announced: Address; busPort: number }[]): Promise<void> {
    await this.#run(
      peers.map(({ announced: { host, port }, busPort }): Command => {
        // The bus port is left out where it is the usual one: a 6.0 node behind a proxy may know no other.
        return ["CLUSTER", "MEET", host, port, ...(busPort === port + BUS_PORT_OFFSET ? [] : [busPort])];
      }),
    );
  }

  async addSlots(slots: SlotSet): Promise<void> {
    if (slots.size > 0) await this.#run([["CLUSTER", "ADDSLOTS", ...slots]]);
  }

  async dropSlots(slots: Iterable<number>): Promise<void> {
    // One by one: of several in one command a single one without an owner would keep all of them.
    await this.#run(
      Array.from(slots, (slot): Command => ["CLUSTER", "DELSLOTS", slot]),
      { tolerate: isUnassigned },
    );
  }

  async giveUpSlots(slots: Iterable<number>, ownerId: string): Promise<void> {
    await this.#setSlots.giveUp([...slots], ownerId);
  }

  async bumpEpoch(): Promise<void> {
    await this.#run([["CLUSTER", "BUMPEPOCH"]]);
  }

  async setConfigEpoch(epoch: number): Promise<void> {
    await this.#run([["CLUSTER", "SET-CONFIG-EPOCH", epoch]]);
  }

  async replicate(primaryId: string): Promise<void> {
    await this.#run([["CLUSTER", "REPLICATE", primaryId]]);
  }

  async failover(mode: "graceful" | "force" | "takeover"): Promise<void> {
    const how = { graceful: [], force: ["FORCE"], takeover: ["TAKEOVER"] }[mode];
    await this.#run([["CLUSTER", "FAILOVER", ...how]]);
  }

  async forget(nodeIds: readonly string[]): Promise<void> {
    await this.#run(
      nodeIds.map((id): Command => ["CLUSTER", "FORGET", id]),
      { tolerate: isUnknownNode },
    );
  }

  async reset({ newId } = { newId: false }): Promise<void> {
    await this.#run([["CLUSTER", "RESET", newId ? "HARD" : "SOFT"]]);
  }

  async markImporting(slots: Iterable<number>, sourceId: string): Promise<void> {
    await this.#setSlots.mark(slots, ["IMPORTING", sourceId]);
  }

  async markMigrating(slots: Iterable<number>, targetId: string): Promise<void> {
    await this.#setSlots.mark(slots, ["MIGRATING", targetId]);
  }

  async setSlotOwner(slots: Iterable<number>, ownerId: string): Promise<void> {
    await this.#setSlots.setOwner(slots, ownerId);
  }

  async takeSlots(slots: readonly number[], ownerId: string): Promise<void> {
    await this.#setSlots.take(slots, ownerId);
  }

  async closeSlots(slots: Iterable<number>): Promise<void> {
    await this.#setSlots.mark(slots, ["STABLE"]);
  }

  async closeCounting(slots: readonly number[]): Promise<number[]> {
    if (this.#setSlots.hidesKeys) return await this.#setSlots.closeCounting(slots);
    await this.closeSlots(slots);
    return await this.countKeys(slots);
  }

  databases(): Promise<readonly number[]> {
    return this.#keys.databases();
  }

  countKeys(slots: readonly number[]): Promise<number[]> {
    return this.#keys.count(slots);
  }

  countOwnKeys(slots: SlotSet): Promise<ReadonlyMap<number, number>> {
    return this.#keys.countOwn(slots);
  }

  countHiddenKeys(slots: readonly number[], peerId: string): Promise<number[]> {
    return this.#keys.countHidden(slots, peerId);
  }

  countUnseenKeys(seen: SlotSet): Promise<number> {
    return this.#keys.countUnseen(seen);
  }

  keysIn(request: KeysRequest): Promise<Key[][]> {
    return this.#keys.namesIn(request);
  }

  sizesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    return this.#keys.sizesOf(keys, database);
  }

  frequenciesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    return this.#keys.frequenciesOf(keys, database);
  }

  loadStats(): Promise<LoadStats> {
    return readLoadStats(this.#run);
  }

  migrateKeys(request: MigrateRequest): Promise<void> {
    return this.#keys.migrate(request);
  }

  dumpKeys(keys: readonly Key[], database: number): Promise<(Buffer | undefined)[]> {
    return this.#keys.dump(keys, database);
  }

  ttlsOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]> {
    return this.#keys.ttlsOf(keys, database);
  }

  deleteKeys(keys: readonly Key[], database: number): Promise<void> {
    return this.#keys.delete(keys, database);
  }

  deleteUnchanged(key: Key, value: { readonly dump: Buffer; readonly database: number }): Promise<boolean> {
    return this.#keys.deleteUnchanged(key, value);
  }

  migrations(): Promise<readonly SlotMigration[]> {
    return this.#migrations.list();
  }

  migrationTraffic(): Promise<MigrationTraffic> {
    return this.#migrations.traffic();
  }

  importSlots(slots: SlotSet): Promise<string> {
    return this.#migrations.importSlots(slots);
  }

  exportSlots(slots: SlotSet, targetId: string): Promise<string> {
    return this.#migrations.exportSlots(slots, targetId);
  }

  cancelMigrations(ids: readonly string[]): Promise<boolean> {
    return this.#migrations.cancel(ids);
  }

  async ping(): Promise<void> {
    await this.#run([["PING"]], { over: this.#probe });
  }

  dumpFunctions(): Promise<Buffer | undefined> {
    return dumpFunctions(this.#run);
  }

  async loadFunctions(dump: Buffer): Promise<void> {
    await this.#run([["FUNCTION", "RESTORE", dump, "REPLACE"]]);
  }

  async getConfig(name: string): Promise<string | undefined> {
    const [reply] = await this.#run([["CONFIG", "GET", name]]);
    return Array.isArray(reply) && reply.length === 2 ? String(reply[1]) : undefined;
  }

  async setConfig(name: string, value: string): Promise<void> {
    await this.#run([["CONFIG", "SET", name, value]]);
  }

  async keepConfig(name: string, value: string): Promise<void> {
    await keepConfig(this.#run, name, value);
  }

  /** Which of the commands the node would not carry out for us. */
  rehearse(commands: readonly NeededCommand[]): Promise<LackingCommand[]> {
    return rehearseCommands(this.#connection, commands);
  }

  close(): void {
    this.#connection.close();
    this.#setSlots.close();
    this.#probe.close();
  }
}
