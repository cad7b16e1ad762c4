import type { Engine, NodeView } from "../cluster/node-view.ts";
import { isServerFrom, type ServerFrom } from "../cluster/server-version.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import { ATOMIC_MOVERS, type Mover } from "./mover.ts";

/** Why a pair of nodes cannot have an atomic migration. */
export type AtomicObstacle =
  /** One is Redis and the other Valkey. */
  | "engines-differ"
  /** The nodes are older than atomic migrations. */
  | "server-too-old"
  /** The nodes have modules that do not say that they can cope with it: Valkey refuses then. */
  | "module-unable"
  /** The target asks for a password, and the source has none to give (primaryauth). */
  | "primaryauth-missing"
  /** The source gives a password, and the target, which has none, refuses it. */
  | "primaryauth-unwanted";

export interface Obstacle {
  readonly code: AtomicObstacle;
  /** The nodes it is due to. */
  readonly nodeIds: readonly string[];
  /** The modules, where it is them. */
  readonly modules: readonly string[];
}

/** The best way for slots to travel from one node to another, and what stood in the way of a better one. */
export interface MoverChoice {
  readonly mover: Mover;
  /** Undefined for an atomic one. */
  readonly obstacle: Obstacle | undefined;
}

/** The first servers that have atomic migrations. */
export const ATOMIC_FROM: Readonly<Record<Engine, ServerFrom>> = {
  redis: { engine: "redis", from: [8, 4] },
  valkey: { engine: "valkey", from: [9, 0] },
};

/**
 * Chooses by what both nodes report of themselves. Open slots are no obstacle: they are settled before
 * anything else moves. What nodes do not tell is none either: the servers refuse then, and nothing is lost.
 */
export function chooseMover({
  from,
  to,
}: {
  readonly from: ClusterNode;
  readonly to: ClusterNode;
}): MoverChoice {
  const obstacle = findObstacle(from, to);
  if (obstacle) return { mover: "classic", obstacle };
  return { mover: ATOMIC_MOVERS[from.view?.engine ?? "redis"], obstacle };
}

function findObstacle(from: ClusterNode, to: ClusterNode): Obstacle | undefined {
  const pair = [from, to];
  if (from.view && to.view && from.view.engine !== to.view.engine) return obstacle("engines-differ", pair);
  const old = pair.filter(({ view }) => !view || !isServerFrom(view, ATOMIC_FROM[view.engine]));
  if (old.length > 0) return obstacle("server-too-old", old);
  // Redis migrates with any module: those that care are told of it.
  if (from.view?.engine !== "valkey") return undefined;
  const unable = pair.filter(({ view }) => unableModules(view).length > 0);
  if (unable.length > 0) {
    return obstacle("module-unable", unable, [...new Set(unable.flatMap(({ view }) => unableModules(view)))]);
  }
  return passwordObstacle(from, to);
}

function unableModules(view: NodeView | undefined): string[] {
  return (view?.atomicFacts?.modules ?? [])
    .filter(({ options }) => !options.includes("handle-atomic-slot-migration"))
    .map(({ name }) => name);
}

/** The source logs in to the target by its own settings, as a replica logs in to its primary. */
function passwordObstacle(from: ClusterNode, to: ClusterNode): Obstacle | undefined {
  const gives = from.view?.atomicFacts?.givesPassword;
  const asks = to.view?.atomicFacts?.asksPassword;
  if (asks === true && gives === false) return obstacle("primaryauth-missing", [from]);
  if (asks === false && gives === true) return obstacle("primaryauth-unwanted", [from]);
  return undefined;
}

function obstacle(
  code: AtomicObstacle,
  nodes: readonly ClusterNode[],
  modules: readonly string[] = [],
): Obstacle {
  return { code, nodeIds: nodes.map(({ id }) => id), modules };
}
