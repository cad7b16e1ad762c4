import type { Address } from "./address.ts";
import type { NodeLine, Role } from "./node-line.ts";
import type { SlotMigration } from "./slot-migration.ts";

export type Engine = "redis" | "valkey";

/** What one node reports, of itself and of the others. */
export interface NodeView {
  /** The address it was reached at, which need not be the one it announces. */
  readonly address: Address;
  /** Its own line; `lines` has those of the others. */
  readonly self: NodeLine;
  readonly lines: readonly NodeLine[];
  readonly clusterState: "ok" | "fail";
  readonly currentEpoch: number;
  readonly engine: Engine;
  readonly version: string;
  readonly replication: Replication;
  /** Keys of database 0. */
  readonly keys: number;
  /** Whether any database holds a key. */
  readonly hasKeys: boolean;
  readonly memoryBytes: number;
  /** Of these, what the data takes: without buffers, the replication backlog and the like. */
  readonly datasetBytes: number;
  /** 0 for no limit. */
  readonly maxmemoryBytes: number;
  /** Keys held in each slot that is open anywhere; filled for primaries when a slot is open. */
  readonly keysInOpenSlots: ReadonlyMap<number, number>;
  /** Keys in slots that the node does not own; only after a deep look. */
  readonly strayKeys?: ReadonlyMap<number, number>;
  /** Keys in slots that it would not name (Redis 8.4 and later); only after a deep look, and only if there are some. */
  readonly unseenKeys?: number;
  /**
   * Slots of which it may hold keys that cannot be counted without changing it (Redis 8.4 and later): somebody else's,
   * which it says are on their way from it. Only when looked at for a repair.
   */
  readonly uncountedSlots?: readonly number[];
  /** False where it runs without a config file that settings could be written to; undefined where it does not tell. */
  readonly hasConfigFile?: boolean | undefined;
  /** Where it says that it runs (availability-zone); undefined where it does not say (before Valkey 8). */
  readonly availabilityZone?: string | undefined;
  /** Settings that matter to a cluster, secrets as digests; only when asked for. */
  readonly settings?: ReadonlyMap<string, string>;
  /** Atomic migrations of slots that are not over; only when asked for. */
  readonly migrations?: readonly SlotMigration[];
  /** What decides, besides the version, on atomic migrations from and to it; only when asked for. */
  readonly atomicFacts?: AtomicFacts;
}

export interface AtomicFacts {
  readonly modules: readonly ServerModule[];
  /**
   * Whether it gives a password to a node that it sends slots to, as the default user (primaryauth).
   * Undefined where it does not tell, or gives one as another user.
   */
  readonly givesPassword: boolean | undefined;
  /** Whether it asks the default user for a password. Undefined where it does not tell. */
  readonly asksPassword: boolean | undefined;
}

export interface ServerModule {
  readonly name: string;
  /** What it declares that it can cope with, in the server's spelling. */
  readonly options: readonly string[];
}

export interface Replication {
  readonly role: Role;
  /** Names the history of writes that it has, and the one that this began from when it took over from another node. */
  readonly historyId?: string | undefined;
  readonly earlierHistoryId?: string | undefined;
  /** Replication offset in bytes: what a primary has sent, or a replica has applied. */
  readonly offset: number;
  /** A replica's link to its primary; a primary's is always up. */
  readonly linkUp: boolean;
  /** A full or partial sync is under way. */
  readonly syncing: boolean;
}

/**
 * Why there is no view of a node. `detail` is a bare reason, such as `connection refused`: without the node
 * and without a full stop, for it stands in sentences of all kinds.
 */
export type Unreached =
  /** Nothing answers at the address: refused, no route, name unknown. */
  | { readonly state: "unreachable"; readonly detail: string }
  /** It takes the connection and does not answer in time: stopped, blocked, or cut off. */
  | { readonly state: "silent"; readonly detail: string }
  /** It answers, and is still loading its data set. */
  | { readonly state: "loading"; readonly detail: string }
  /** It answers, and does not let us in: AUTH, ACL or TLS. */
  | { readonly state: "denied"; readonly detail: string }
  /** It answers, and is not a cluster node, or not one that can be understood. */
  | { readonly state: "not-a-cluster-node"; readonly detail: string }
  /** Nobody knows where it is: `noaddr`, or still in handshake. */
  | { readonly state: "no-address"; readonly detail: string };

/** The outcome of looking at one address. */
export type Look =
  | { readonly address: Address; readonly view: NodeView }
  | { readonly address: Address; readonly unreached: Unreached };
