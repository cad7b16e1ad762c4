import type { NodeView } from "../cluster/node-view.ts";
import type { Topology } from "../cluster/topology.ts";
import type { MeetAddresses } from "./meet-peer.ts";
import type { MoverWish } from "./mover.ts";
import type { NodeRef } from "./step.ts";
import type { ClusterWish } from "./wished-cluster.ts";

export interface ClusterFileInput {
  /**
   * The cluster with the newcomers, observed with settings and with what moves; newcomers alone where there is no
   * cluster yet.
   */
  readonly topology: Topology;
  /** The views of the nodes that the file names and that answer, in its order. */
  readonly views: readonly NodeView[];
  readonly wish: ClusterWish;
  /** There is no cluster yet: its nodes are to form one. */
  readonly isNew: boolean;
  readonly meetAddresses?: MeetAddresses;
  /** Ids of newcomers that hold functions. */
  readonly functions?: ReadonlySet<string>;
  /** A primary of the cluster that has functions, if any has. */
  readonly functionSource?: NodeRef | undefined;
  readonly mover?: MoverWish;
  /** A replica may leave its shard before another one has taken its place. */
  readonly allowFewerReplicas?: boolean;
}
