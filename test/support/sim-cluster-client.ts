import keySlot from "cluster-key-slot";
import { type Address, formatAddress } from "../../src/cluster/address.ts";
import type { Look } from "../../src/cluster/node-view.ts";
import type { SlotMigration } from "../../src/cluster/slot-migration.ts";
import type { SlotSet } from "../../src/cluster/slot-set.ts";
import { SlotctlError } from "../../src/errors.ts";
import type { FailoverMode } from "../../src/plan/step.ts";
import type {
  KeysRequest,
  LoadStats,
  LookWishes,
  MigrateRequest,
  MigrationTraffic,
  NodeClient,
  NodeClients,
} from "../../src/wire/node-client.ts";
import { startFailure } from "../../src/wire/migration-failure.ts";
import { migrateFailure, nodeFailure } from "../../src/wire/node-failure.ts";
import { hidesKeys } from "../../src/wire/node-keys.ts";
import {
  isDemoted,
  isRedirect,
  isUnassigned,
  isUnknownNode,
  ReplyError,
} from "../../src/wire/reply-errors.ts";
import { cancelMigrations, exportSlots, importSlots } from "./sim-cluster-atomic.ts";
import {
  addSlots,
  dropSlot,
  dumpKey,
  forget,
  meet,
  replicate,
  reset,
  setConfigEpoch,
} from "./sim-cluster-commands.ts";
import { type SimCommand, SimConnection } from "./sim-cluster-connection.ts";
import { failover } from "./sim-cluster-failover.ts";
import { migrate } from "./sim-cluster-migrate.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import type { SimProcess } from "./sim-cluster-process.ts";
import {
  bumpEpoch,
  giveUpSlot,
  setSlotImporting,
  setSlotMigrating,
  setSlotNode,
  setSlotStable,
  takingSlots,
} from "./sim-cluster-set-slot.ts";
import { viewOf } from "./sim-cluster-view.ts";
import { keysOf, nodeAt, type SimWorld } from "./sim-cluster-world.ts";

/** The clients of one process, to nodes in memory. */
export class SimNodeClients implements NodeClients {
  readonly #world: SimWorld;
  readonly #process: SimProcess;
  readonly #clients = new Map<string, NodeClient>();

  constructor(world: SimWorld, process: SimProcess) {
    this.#world = world;
    this.#process = process;
  }

  at(address: Address): NodeClient {
    const name = formatAddress(address);
    const [world, process] = [this.#world, this.#process];
    const client =
      this.#clients.get(name) ?? new SimNodeClient(world, new SimConnection({ world, process, address }));
    this.#clients.set(name, client);
    return client;
  }
}

type Tolerate = (error: ReplyError) => boolean;

/** Sends what the real client sends, and tolerates what that one tolerates. */
class SimNodeClient implements NodeClient {
  readonly #world: SimWorld;
  readonly #connection: SimConnection;

  constructor(world: SimWorld, connection: SimConnection) {
    this.#world = world;
    this.#connection = connection;
  }

  get address(): Address {
    return this.#connection.address;
  }

  async look(wishes?: LookWishes): Promise<Look> {
    const { address } = this;
    try {
      const [view] = await this.#ask("look", [(node) => viewOf(this.#world, node, wishes)]);
      if (!view) throw new Error("a look has one reply");
      return { address, view };
    } catch (error) {
      if (!(error instanceof SlotctlError)) throw error;
      const state = error.code === "node-silent" ? "silent" : "unreachable";
      return { address, unreached: { state, detail: error.reason ?? error.message } };
    }
  }

  async meet(peers: readonly { announced: Address; busPort: number }[]): Promise<void> {
    const commands = peers.map(({ announced }): SimCommand<void> => {
      return (node) => meet(this.#world, node, announced);
    });
    await this.#tell("CLUSTER MEET", commands);
  }

  async addSlots(slots: SlotSet): Promise<void> {
    if (slots.size > 0) await this.#tell("CLUSTER ADDSLOTS", [(node) => addSlots(node, slots)]);
  }

  async dropSlots(slots: Iterable<number>): Promise<void> {
    const drop = (slot: number): SimCommand<void> => {
      return (node) => dropSlot(node, slot);
    };
    await this.#tell("CLUSTER DELSLOTS", Array.from(slots, drop), isUnassigned);
  }

  async giveUpSlots(slots: Iterable<number>, from: string): Promise<void> {
    await this.#tell(
      "EXEC",
      Array.from(slots, (slot) => (node: SimNode) => giveUpSlot(node, { slot, from })),
    );
  }

  async bumpEpoch(): Promise<void> {
    await this.#tell("CLUSTER BUMPEPOCH", [bumpEpoch]);
  }

  async setConfigEpoch(epoch: number): Promise<void> {
    await this.#tell("CLUSTER SET-CONFIG-EPOCH", [(node) => setConfigEpoch(node, epoch)]);
  }

  async replicate(primaryId: string): Promise<void> {
    await this.#tell("CLUSTER REPLICATE", [(node) => replicate(this.#world, node, primaryId)]);
  }

  async failover(mode: FailoverMode): Promise<void> {
    await this.#tell("CLUSTER FAILOVER", [(node) => failover(this.#world, node, mode)]);
  }

  async forget(nodeIds: readonly string[]): Promise<void> {
    const commands = nodeIds.map(
      (id): SimCommand<void> =>
        (node) =>
          forget(this.#world, node, id),
    );
    await this.#tell("CLUSTER FORGET", commands, isUnknownNode);
  }

  async reset(): Promise<void> {
    await this.#tell("CLUSTER RESET", [reset]);
  }

  async markImporting(slots: Iterable<number>, from: string): Promise<void> {
    await this.#tellOf(slots, "IMPORTING", (slot) => (node) => setSlotImporting(node, { slot, from }));
  }

  async markMigrating(slots: Iterable<number>, to: string): Promise<void> {
    await this.#tellOf(slots, "MIGRATING", (slot) => (node) => setSlotMigrating(node, { slot, to }));
  }

  async takeSlots(slots: readonly number[], owner: string): Promise<void> {
    await this.#tell("CLUSTER SETSLOT", takingSlots(this.#world, slots, owner));
  }

  async setSlotOwner(slots: Iterable<number>, owner: string): Promise<void> {
    // The owner itself must take them: would it not, nobody had them.
    const tolerate = nodeAt(this.#world, this.address)?.id === owner ? undefined : isDemoted;
    const own = (slot: number) => (node: SimNode) => setSlotNode(this.#world, node, { slot, owner });
    await this.#tellOf(slots, "NODE", own, tolerate);
  }

  async closeSlots(slots: Iterable<number>): Promise<void> {
    await this.#tellOf(slots, "STABLE", (slot) => (node) => setSlotStable(node, slot));
  }

  async closeCounting(slots: readonly number[]): Promise<number[]> {
    const counts: number[] = [];
    await this.#tellOf(slots, "STABLE", (slot) => (node) => {
      counts.push(tellsOf(this.#world, node, slot) ? keysOf(this.#world, node).countIn(slot) : 0);
      setSlotStable(node, slot);
    });
    return counts;
  }

  async countKeys(slots: readonly number[]): Promise<number[]> {
    const commands = slots.map((slot): SimCommand<number> => {
      return (node) => (tellsOf(this.#world, node, slot) ? keysOf(this.#world, node).countIn(slot) : 0);
    });
    return await this.#ask("CLUSTER COUNTKEYSINSLOT", commands);
  }

  async countHiddenKeys(slots: readonly number[], peerId: string): Promise<number[]> {
    const count: SimCommand<number[]> = (node) =>
      slots.map((slot) => {
        const keys = keysOf(this.#world, node).countIn(slot);
        if (tellsOf(this.#world, node, slot)) return keys;
        setSlotImporting(node, { slot, from: peerId });
        setSlotStable(node, slot);
        return keys;
      });
    const [counts = []] = await this.#ask("EXEC", [count]);
    return counts;
  }

  async countUnseenKeys(seen: SlotSet): Promise<number> {
    const unseen = (node: SimNode) => {
      const keys = keysOf(this.#world, node);
      return keys.size - [...seen].reduce((sum, slot) => sum + keys.countIn(slot), 0);
    };
    const [count] = await this.#ask("EXEC", [unseen]);
    return count ?? 0;
  }

  async countOwnKeys(slots: SlotSet): Promise<ReadonlyMap<number, number>> {
    const list = [...slots];
    const counts = await this.countKeys(list);
    return new Map(list.map((slot, index) => [slot, counts[index] ?? 0]));
  }

  ttlsOf(keys: readonly Buffer[]): Promise<(number | undefined)[]> {
    return Promise.resolve(keys.map(() => undefined));
  }

  databases(): Promise<readonly number[]> {
    return Promise.resolve([0]);
  }

  async keysIn({ slots, keysMaxOf }: KeysRequest): Promise<Buffer[][]> {
    const commands = slots.map((slot): SimCommand<Buffer[]> => {
      return (node) =>
        tellsOf(this.#world, node, slot)
          ? keysOf(this.#world, node).namesIn(slot).slice(0, keysMaxOf(slot))
          : [];
    });
    return await this.#ask("CLUSTER GETKEYSINSLOT", commands);
  }

  sizesOf(keys: readonly Buffer[]): Promise<(number | undefined)[]> {
    return Promise.resolve(keys.map(() => undefined));
  }

  async ping(): Promise<void> {
    await this.#ask("PING", [() => undefined]);
  }

  async migrations(): Promise<readonly SlotMigration[]> {
    const copies = (node: SimNode) => node.migrations.map((migration) => ({ ...migration }));
    const [list] = await this.#ask("CLUSTER MIGRATION STATUS", [copies]);
    return list ?? [];
  }

  async migrationTraffic(): Promise<MigrationTraffic> {
    const trafficOf = ({ sentBytes, receivedBytes }: SimNode) => ({ sentBytes, receivedBytes, savedKeys: 0 });
    const [traffic] = await this.#ask("INFO stats", [trafficOf]);
    return traffic ?? { sentBytes: 0, receivedBytes: 0, savedKeys: 0 };
  }

  async importSlots(slots: SlotSet): Promise<string> {
    return await this.#startMigration((node) => importSlots(this.#world, node, slots));
  }

  async exportSlots(slots: SlotSet, targetId: string): Promise<string> {
    return await this.#startMigration((node) => exportSlots(this.#world, node, { slots, targetId }));
  }

  async cancelMigrations(ids: readonly string[]): Promise<boolean> {
    let isEnded = false;
    const cancel = (node: SimNode) => void (isEnded = cancelMigrations(this.#world, node, ids));
    await this.#tell("CLUSTER MIGRATION CANCEL", [cancel]);
    return isEnded;
  }

  /** No server of the simulation keeps statistics. */
  async frequenciesOf(keys: readonly unknown[]): Promise<undefined[]> {
    return keys.map(() => undefined);
  }

  async loadStats(): Promise<LoadStats> {
    return { slots: undefined, commands: 0 };
  }

  async migrateKeys(request: MigrateRequest): Promise<void> {
    const timeoutMs = request.timeoutMs + this.#world.settings.replyTimeoutMs;
    const command: SimCommand<void> = (node) => migrate(this.#world, node, request);
    const [reply] = await this.#connection.send([command], { areChanges: true, timeoutMs });
    if (reply instanceof ReplyError) throw migrateFailure(reply, { from: this.address, request });
  }

  async dumpKeys(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    const commands = keys.map((key): SimCommand<Buffer | undefined> => {
      return (node) => dumpKey(this.#world, node, { slot: keySlot(key), key });
    });
    const replies = await this.#run({ name: "DUMP", commands, areChanges: false, tolerate: isRedirect });
    return replies.map((reply) => (reply instanceof ReplyError ? undefined : reply));
  }

  async deleteKeys(keys: readonly Buffer[]): Promise<void> {
    await this.#tell(
      "DEL",
      keys.map((key) => (node) => node.keys.delete(key)),
    );
  }

  async deleteUnchanged(key: Buffer, { dump }: { dump: Buffer }): Promise<boolean> {
    const command: SimCommand<boolean> = (node) => {
      const isSame = dumpKey(this.#world, node, { slot: keySlot(key), key })?.equals(dump) === true;
      if (isSame) node.keys.delete(key);
      return isSame;
    };
    const [isDeleted] = await this.#run({
      name: "EVAL",
      commands: [command],
      areChanges: true,
      tolerate: undefined,
    });
    return isDeleted === true;
  }

  async dumpFunctions(): Promise<Buffer | undefined> {
    const [dump] = await this.#ask("FUNCTION DUMP", [(node) => node.functions]);
    return dump;
  }

  async loadFunctions(dump: Buffer): Promise<void> {
    await this.#tell("FUNCTION RESTORE", [(node) => void (node.functions = dump)]);
  }

  async getConfig(name: string): Promise<string | undefined> {
    const [value] = await this.#ask("CONFIG GET", [(node) => node.config.get(name)]);
    return value;
  }

  async setConfig(name: string, value: string): Promise<void> {
    await this.#tell("CONFIG SET", [(node) => void node.config.set(name, value)]);
  }

  async keepConfig(name: string, value: string): Promise<void> {
    await this.#tell("CONFIG REWRITE", [(node) => void node.config.set(name, value)]);
  }

  async #startMigration(command: SimCommand<string>): Promise<string> {
    const timeoutMs = this.#world.settings.replyTimeoutMs;
    const [reply] = await this.#connection.send([command], { areChanges: true, timeoutMs });
    if (reply instanceof ReplyError) throw startFailure(reply, this.address);
    return reply ?? "";
  }

  async #tellOf(
    slots: Iterable<number>,
    form: string,
    commandOf: (slot: number) => SimCommand<void>,
    tolerate?: Tolerate,
  ): Promise<void> {
    const list = [...slots];
    const names = list.map((slot) => `CLUSTER SETSLOT ${slot} ${form}`);
    await this.#tell(names, list.map(commandOf), tolerate);
  }

  async #tell(
    name: string | readonly string[],
    commands: readonly SimCommand<void>[],
    tolerate?: Tolerate,
  ): Promise<void> {
    await this.#run({ name, commands, areChanges: true, tolerate });
  }

  async #ask<Value>(name: string, commands: readonly SimCommand<Value>[]): Promise<Value[]> {
    return (await this.#run({ name, commands, areChanges: false, tolerate: undefined })) as Value[];
  }

  async #run<Value>(run: {
    readonly name: string | readonly string[];
    readonly commands: readonly SimCommand<Value>[];
    readonly areChanges: boolean;
    readonly tolerate: Tolerate | undefined;
  }): Promise<(Value | ReplyError)[]> {
    const { name, commands, areChanges, tolerate } = run;
    if (commands.length === 0) return [];
    const timeoutMs = this.#world.settings.replyTimeoutMs;
    const replies = await this.#connection.send(commands, { areChanges, timeoutMs });
    replies.forEach((reply, index) => {
      if (!(reply instanceof ReplyError) || tolerate?.(reply)) return;
      const command = typeof name === "string" ? name : (name[index] ?? "");
      throw nodeFailure(reply, { user: "default", address: this.address, command });
    });
    return replies;
  }
}

/** Whether the node tells of its keys of a slot: since 8.4 Redis only does of its own slots, and of those it imports. */
function tellsOf({ settings }: SimWorld, node: SimNode, slot: number): boolean {
  return !hidesKeys(settings.server) || node.slots.ownerOf(slot) === node.id || node.importing.has(slot);
}
