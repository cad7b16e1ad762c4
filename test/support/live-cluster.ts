import { mustSlotctl } from "./live-slotctl.ts";
import { type RunningNode, startNodes, type StartNodesOptions } from "./servers/start-nodes.ts";

export interface LiveClusterOptions extends Omit<StartNodesOptions, "count"> {
  /** By default 3. */
  readonly primaries?: number;
  /** For each primary; by default none. */
  readonly replicas?: number;
  /** Empty nodes beside the cluster; by default none. */
  readonly spares?: number;
}

/** Real nodes that slotctl has made a cluster of. All end with the test that holds it by `await using`. */
export interface LiveCluster extends AsyncDisposable {
  /** The members: primaries by their slots first, then the first replica of each, then the second. */
  readonly nodes: readonly RunningNode[];
  readonly spares: readonly RunningNode[];
  /** Address of the first member. */
  readonly seed: string;
}

/** Starts nodes and forms a cluster of them with `slotctl create`. */
export async function aLiveCluster(options: LiveClusterOptions): Promise<LiveCluster> {
  const { primaries = 3, replicas = 0, spares = 0, ...startOptions } = options;
  const memberCount = primaries * (replicas + 1);
  const running = await startNodes({ ...startOptions, count: memberCount + spares });
  const nodes = running.nodes.slice(0, memberCount);
  const [first] = nodes;
  if (!first) throw new Error("a cluster has at least one primary");
  const few = primaries < 3 ? ["--allow-few-primaries"] : [];
  try {
    await mustSlotctl("create", ...addressesOf(nodes), "--replicas", String(replicas), ...few, "--yes");
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    nodes,
    spares: running.nodes.slice(memberCount),
    seed: first.address,
    [Symbol.asyncDispose]: running.stop,
  };
}

export function addressesOf(nodes: readonly RunningNode[]): string[] {
  return nodes.map((node) => node.address);
}

/** The node at a place in a list, which must be there. */
export function nodeAt(nodes: readonly RunningNode[], index: number): RunningNode {
  const node = nodes.at(index);
  if (!node) throw new Error(`there are ${nodes.length} nodes, and none at ${index}`);
  return node;
}
