import type { Address } from "../cluster/address.ts";
import type { Key } from "../cluster/key.ts";
import type { Look } from "../cluster/node-view.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { SlotSet } from "../cluster/slot-set.ts";

/**
 * What slotctl asks of one node, in the words of the cluster. Every method sends its commands down one
 * pipeline and waits once. Methods throw NodeFailed, ConnectFailed or DeadlinePassed with the address in
 * it; `look` never throws, for a node that does not answer is a fact too. Tests have a second
 * implementation: a cluster in memory.
 */
export interface NodeClient {
  readonly address: Address;

  /** What the node reports. Ends within the reply timeout, whatever the node does. */
  look(wishes?: LookWishes): Promise<Look>;

  meet(peers: readonly { announced: Address; busPort: number }[]): Promise<void>;
  addSlots(slots: SlotSet): Promise<void>;
  /** In the node's own eyes nobody owns the slots any more; its keys of them stay. One without an owner is no error. */
  dropSlots(slots: Iterable<number>): Promise<void>;
  /** Has the node give slots up and import them from their owner, in one change. */
  giveUpSlots(slots: Iterable<number>, ownerId: string): Promise<void>;
  /** The node takes a config epoch above all that it knows, without asking anybody. */
  bumpEpoch(): Promise<void>;
  setConfigEpoch(epoch: number): Promise<void>;
  replicate(primaryId: string): Promise<void>;
  failover(mode: "graceful" | "force" | "takeover"): Promise<void>;
  /** Forgets nodes; one that it does not know is no error. */
  forget(nodeIds: readonly string[]): Promise<void>;
  /** Drops slots, peers and, for a replica, its data. The id stays, unless a new one is asked for. */
  reset(how?: { readonly newId: boolean }): Promise<void>;

  markImporting(slots: Iterable<number>, sourceId: string): Promise<void>;
  markMigrating(slots: Iterable<number>, targetId: string): Promise<void>;
  /**
   * The node, whose id is `ownerId`, takes slots that it imports. It may do so in any number of changes; the first gives
   * it an epoch with which its claims hold.
   */
  takeSlots(slots: readonly number[], ownerId: string): Promise<void>;
  /** Says that `ownerId` owns the slots. */
  setSlotOwner(slots: Iterable<number>, ownerId: string): Promise<void>;
  /** The slots are no longer on their way. */
  closeSlots(slots: Iterable<number>): Promise<void>;
  /**
   * As `closeSlots`, of slots on their way to the node; returns how many keys it held of each when it was closed, in
   * the same order. From then on no client's write reaches them there.
   */
  closeCounting(slots: readonly number[]): Promise<number[]>;

  /** The databases that hold keys: only 0, but for Valkey 9 with cluster-databases above 1. */
  databases(): Promise<readonly number[]>;
  /** Keys held in each of `slots`, in all databases, in the same order. */
  countKeys(slots: readonly number[]): Promise<number[]>;
  /** The same of slots that the node owns, told at once where the server can. */
  countOwnKeys(slots: SlotSet): Promise<ReadonlyMap<number, number>>;
  /**
   * As `countKeys`, of slots that the node neither owns nor imports. Redis 8.4 and later does not tell of such keys: there
   * each slot is marked as importing from `peerId`, counted, and closed again, all in one transaction.
   */
  countHiddenKeys(slots: readonly number[], peerId: string): Promise<number[]>;
  /** Keys in other slots than these, without telling which, as of one moment: nothing is marked for it. */
  countUnseenKeys(seen: SlotSet): Promise<number>;
  /** Keys that a database holds of each of `slots`, in the same order. */
  keysIn(request: KeysRequest): Promise<Key[][]>;
  /** Bytes that each key takes, undefined where the node does not say: the key is gone, or MEMORY is forbidden. */
  sizesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]>;
  /** How often each key is used, as the server counts it; undefined where it does not (no LFU policy), or is gone. */
  frequenciesOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]>;
  /** What the node counts of its slots, and of itself. */
  loadStats(): Promise<LoadStats>;
  /** Moves keys of one slot to another node: there first, then gone from here. */
  migrateKeys(request: MigrateRequest): Promise<void>;

  /**
   * Atomic migrations that the node takes part in or took part in lately, newest first; one that it has begun
   * anew is there once for each time, under one id. None on a server that knows nothing of them.
   */
  migrations(): Promise<readonly SlotMigration[]>;
  /** What atomic migrations have made the node send, receive and save since it started. */
  migrationTraffic(): Promise<MigrationTraffic>;
  /** The node, the target, begins to take slots from their owner (Redis 8.4 and later). Returns the id. */
  importSlots(slots: SlotSet): Promise<string>;
  /** The node, the source, begins to give slots away (Valkey 9.0 and later). Returns the id. */
  exportSlots(slots: SlotSet, targetId: string): Promise<string>;
  /**
   * Ends migrations. Redis is asked at the target, for the source's word would only make it begin anew.
   * Valkey is asked at the source, which can only end all of its own at once: it is refused with code
   * `migrations-of-others` while there are others than these. One that is over already is no error.
   */
  cancelMigrations(ids: readonly string[]): Promise<boolean>;

  /** One PING over a connection of its own, so that it waits as a client would and for nothing of ours. */
  ping(): Promise<void>;

  /** The value of each key as a DUMP payload, undefined for one that it does not have. */
  dumpKeys(keys: readonly Key[], database: number): Promise<(Buffer | undefined)[]>;
  /** Deletes keys of slots that are the node's or on their way to it. */
  deleteKeys(keys: readonly Key[], database: number): Promise<void>;
  /** Deletes a key of one of the node's slots unless its value has changed; false where it has, or is gone. */
  deleteUnchanged(key: Key, value: { readonly dump: Buffer; readonly database: number }): Promise<boolean>;

  /** Milliseconds that each key has left to live, undefined for one that lives for ever or is not there. */
  ttlsOf(keys: readonly Key[], database: number): Promise<(number | undefined)[]>;

  /** Functions as the node's own dump, or undefined where it has none or knows no functions. */
  dumpFunctions(): Promise<Buffer | undefined>;
  loadFunctions(dump: Buffer): Promise<void>;

  /** Undefined where the node knows no such setting. */
  getConfig(name: string): Promise<string | undefined>;
  setConfig(name: string, value: string): Promise<void>;
  /** Sets it and writes it to the node's config file, with whatever else was set before. */
  keepConfig(name: string, value: string): Promise<void>;
}

export interface LookWishes {
  /** Count the keys in these slots, for they are open somewhere. */
  readonly countSlots?: readonly number[];
  /** Look for keys in slots that the node does not own. */
  readonly deep?: boolean;
  /** Read the settings that matter to a cluster. */
  readonly settings?: boolean;
  /** Read which atomic migrations are not over, and what else the choice of a mover depends on. */
  readonly moving?: boolean;
}

export interface KeysRequest {
  readonly slots: readonly number[];
  /** How many keys of a slot are enough. */
  readonly keysMaxOf: (slot: number) => number;
  readonly database: number;
}

export interface MigrateRequest {
  /** The target, as the source reaches it. */
  readonly to: Address;
  readonly keys: readonly Key[];
  readonly database: number;
  /** How long the source may wait for one answer of the target. */
  readonly timeoutMs: number;
  /** Overwrite keys that the target has already. */
  readonly replace: boolean;
}

/** Counters of a node, since it started or they were reset. */
export interface LoadStats {
  /** Of each slot that it owns; undefined where it knows no CLUSTER SLOT-STATS. */
  readonly slots: ReadonlyMap<number, SlotStats> | undefined;
  /** Commands that it has carried out, for whomever. */
  readonly commands: number;
}

/** What a server counts of a slot; what it does not count is undefined. All but memory grows for ever. */
export interface SlotStats {
  readonly memoryBytes: number | undefined;
  readonly cpuMicroseconds: number | undefined;
  /** In and out. */
  readonly networkBytes: number | undefined;
}

/** Bytes and keys, each 0 where the server does not count them. */
export interface MigrationTraffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** By the snapshot that is being taken now, whatever for. */
  readonly savedKeys: number;
}

/** Hands out one client per address and keeps it: connections are made once and shared. */
export interface NodeClients {
  at(address: Address): NodeClient;
}
