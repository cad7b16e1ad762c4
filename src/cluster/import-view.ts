import type { Address } from "./address.ts";
import type { Engine } from "./node-view.ts";

/** What is known of one server that keys come from. */
export interface SourceView {
  /** Where it is reached. */
  readonly address: Address;
  /** Of its process; tells two addresses of one server. */
  readonly runId: string;
  readonly engine: Engine;
  readonly version: string;
  readonly isReplica: boolean;
  readonly isLoading: boolean;
  readonly databases: ReadonlyMap<number, DatabaseView>;
  readonly datasetBytes: number;
  /** The version of its DUMP payloads; undefined where it has no key. */
  readonly payloadVersion: number | undefined;
  readonly clock: ClockView;
  readonly isClusterNode: boolean;
  /** The address by which it was named, where that is of another node of its cluster. */
  readonly namedAs?: Address;
}

export interface DatabaseView {
  readonly keys: number;
  /** Of these, the keys that have a time to live. */
  readonly expiring: number;
}

/** How far a server's clock is ahead of ours, and by how much that may be wrong. */
export interface ClockView {
  readonly aheadMs: number;
  readonly errorMs: number;
}

/** What is known of one primary of the cluster, beside what the topology tells. */
export interface ImportTargetView {
  readonly id: string;
  readonly address: Address;
  readonly runId: string;
  readonly clock: ClockView;
  /** How many databases it has; 1 where there is only database 0. */
  readonly databases: number;
  readonly maxmemoryPolicy: string;
  /** Payload versions of the sources that it does not understand. */
  readonly unreadable: readonly number[];
}
