import type { Engine } from "../cluster/node-view.ts";
import type { ProcessMark } from "./process-mark.ts";

/** A throw-away cluster on this machine, as its record has it. */
export interface LocalCluster {
  /** Its base port as text: there is one cluster for each. */
  readonly name: string;
  /** Holds the record and a directory for each node; goes when the cluster goes. */
  readonly directory: string;
  readonly serverPath: string;
  readonly engine: Engine;
  readonly version: string;
  readonly basePort: number;
  /** Replicas that each primary was asked to have. */
  readonly replicas: number;
  readonly nodes: readonly LocalNode[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** The slotctl that starts the nodes; left out once all of them answer. */
  readonly starter?: ProcessMark;
}

export interface LocalNode {
  readonly port: number;
  /** Where it runs: its conf, log, nodes.conf and pid file. */
  readonly directory: string;
  /** The process it was started as; absent until it is started. */
  readonly process?: ProcessMark;
}

/** All local nodes listen here and nowhere else: a throw-away cluster has no business on a network. */
export const LOCAL_HOST = "127.0.0.1";
