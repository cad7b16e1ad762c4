import type { Address } from "../cluster/address.ts";
import type { ImportTargetView, SourceView } from "../cluster/import-view.ts";
import type { Topology } from "../cluster/topology.ts";

/** What becomes of a key that the cluster already has with another value. */
export type ConflictRule = "stop" | "skip" | "replace";

export interface ImportWish {
  /** Leave the keys where they are as well. */
  readonly copy: boolean;
  readonly onConflict: ConflictRule;
  /** Only these databases of the sources; undefined for all that hold keys. */
  readonly databases: readonly number[] | undefined;
  /** From a source's database to one of the cluster's; one that is not named keeps its number. */
  readonly databaseMap: ReadonlyMap<number, number>;
  /** Compare every key once it is in the cluster. */
  readonly verify: boolean;
  /** Do not mind that the cluster may have no room, or evict keys. */
  readonly memoryUnchecked: boolean;
}

export interface ImportInput {
  readonly topology: Topology;
  readonly sources: readonly SourceView[];
  /** The primaries of the cluster that own slots. */
  readonly targets: readonly ImportTargetView[];
  readonly wish: ImportWish;
}

/** Keys of one database of one server, to be brought into the cluster. */
export interface ImportStep {
  readonly kind: "import-keys";
  readonly from: Address;
  readonly source: SourceView;
  readonly database: number;
  readonly toDatabase: number;
  /** When the plan was made. */
  readonly keys: number;
  readonly expiring: number;
}

export interface ImportPlan {
  readonly basis: Topology;
  readonly wish: ImportWish;
  readonly steps: readonly ImportStep[];
  readonly notes: readonly ImportNote[];
}

export type ImportNote =
  /** A shard without a replica: what it confirms is on one node. */
  | { readonly kind: "no-replica-confirms"; readonly nodes: readonly string[] }
  | { readonly kind: "evicts"; readonly nodes: readonly string[]; readonly policy: string }
  | { readonly kind: "source-is-replica"; readonly node: string };

/** What became of the keys. One that stays at the source counts once, as far as it is remembered. */
export interface ImportCounts {
  /** New in the cluster. */
  readonly written: number;
  /** In the cluster already, with the same value: from an earlier run, mostly. */
  readonly identical: number;
  readonly replaced: number;
  /** Left as they are because the cluster has another value. */
  readonly skipped: number;
  /** Gone from the source; only when moving. */
  readonly taken: number;
  /** Deleted at the source by its clients while they were on their way, or ended. */
  readonly gone: number;
  /** Compared afterwards, with --verify. */
  readonly verified: number;
  readonly bytes: number;
}

export const NOTHING_IMPORTED: ImportCounts = {
  written: 0,
  identical: 0,
  replaced: 0,
  skipped: 0,
  taken: 0,
  gone: 0,
  verified: 0,
  bytes: 0,
};

/** What happens while keys are imported. */
export type ImportEvent =
  | { readonly event: "step-start"; readonly index: number; readonly step: ImportStep }
  | {
      readonly event: "step-end";
      readonly index: number;
      readonly step: ImportStep;
      readonly seconds: number;
    }
  | ({ readonly event: "progress" } & ImportProgress)
  | { readonly event: "waiting"; readonly node: string; readonly reason: string };

export interface ImportProgress {
  readonly keysDone: number;
  readonly keysTotal: number;
  readonly keysPerSecond: number;
  /** Undefined while it cannot be told. */
  readonly etaSeconds: number | undefined;
}
