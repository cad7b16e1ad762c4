import type { Topology } from "../cluster/topology.ts";
import type { ClusterNow } from "./cluster-now.ts";
import type { LeftStep } from "./steps-left.ts";
import type { Step } from "./step.ts";
import type { Trails } from "./trails.ts";

/** A saved plan and the cluster that it is held against. */
export interface Judging {
  readonly basis: Topology;
  readonly now: ClusterNow;
  readonly trails: Trails;
  readonly left: readonly LeftStep[];
}

/** What a step needs to be as it was: of nodes that it uses, and of shards whose replicas it takes or gives. */
export interface Stakes {
  readonly nodeIds: ReadonlySet<string>;
  readonly steps: readonly Step[];
}
