import type { LocalCluster, LocalNode } from "./local-cluster.ts";
import { findNodeProcess } from "./node-process.ts";
import { isRunning, type ProcessMark } from "./process-mark.ts";

/** A local cluster and what of it runs now. */
export interface LocalLook {
  readonly cluster: LocalCluster;
  readonly nodes: readonly LocalNodeLook[];
  /** How many nodes run. */
  readonly running: number;
  /** A slotctl is at work to start it. */
  readonly isStarting: boolean;
}

interface LocalNodeLook {
  readonly node: LocalNode;
  /** The process it runs as; undefined for a dead one. */
  readonly process: ProcessMark | undefined;
}

export async function lookAtLocal(cluster: LocalCluster): Promise<LocalLook> {
  const nodes = await Promise.all(
    cluster.nodes.map(async (node) => ({ node, process: await findNodeProcess(node) })),
  );
  return {
    cluster,
    nodes,
    running: nodes.filter(({ process }) => process !== undefined).length,
    isStarting: cluster.starter !== undefined && (await isRunning(cluster.starter)),
  };
}
