import { listNames, nodeName } from "../cluster/node-name.ts";
import type { Engine } from "../cluster/node-view.ts";
import { type ClusterNode, nodeById, primariesOf, type Topology } from "../cluster/topology.ts";
import { ATOMIC_FROM, type AtomicObstacle, type Obstacle } from "./choose-mover.ts";
import { ATOMIC_MOVERS, MOVER_COMMANDS } from "./mover.ts";

/** Why atomic migrations cannot be had, as a clause that names the nodes it is due to. */
export function obstacleText({ code, nodeIds, modules }: Obstacle, basis: Topology): string {
  const nodes = nodeIds.flatMap((id) => nodeById(basis, id) ?? []);
  const has = nodes.length === 1 ? "has" : "have";
  switch (code) {
    case "engines-differ": {
      const groups = groupsOf({ nodes, basis }, (engine) => engineName(engine));
      return groups.map(({ what, names, run }) => `${names} ${run} ${what}`).join(" and ");
    }
    case "server-too-old": {
      const groups = groupsOf({ nodes, basis }, (engine, version) => `${engineName(engine)} ${version}`);
      const engines = [...new Set(nodes.map(({ view }) => view?.engine ?? "redis"))];
      const came = engines.map(
        (engine) => `${MOVER_COMMANDS[ATOMIC_MOVERS[engine]]} came with ${firstServer(engine)}`,
      );
      return `${groups.map(({ what, names, run }) => `${names} ${run} ${what}`).join(", ")}, and ${came.join(", ")}`;
    }
    case "module-unable":
      return `${namesOf(nodes)} ${has} modules that do not allow it (${listNames(modules)})`;
    case "primaryauth-missing":
      return `${namesOf(nodes)} ${has} no primaryauth, and must give a password to the nodes that get the slots`;
    case "primaryauth-unwanted":
      return `${namesOf(nodes)} ${has} primaryauth set, and the nodes that get the slots have no password`;
  }
}

/** What the operator can do so that atomic migrations can be had. */
export const wayAround: Readonly<Record<AtomicObstacle, string>> = {
  "engines-differ": "Atomic migrations need one engine on both sides.",
  "server-too-old": `Atomic migrations need ${firstServer("redis")} or ${firstServer("valkey")} on both sides.`,
  "module-unable": "Valkey needs modules that declare handle-atomic-slot-migration, or none.",
  "primaryauth-missing": "Set it there with CONFIG SET primaryauth PASSWORD, then CONFIG REWRITE.",
  "primaryauth-unwanted": "Clear it there, or give all nodes a password with requirepass.",
};

function firstServer(engine: Engine): string {
  return `${engineName(engine)} ${ATOMIC_FROM[engine].from.join(".")}`;
}

function engineName(engine: Engine): string {
  return engine === "valkey" ? "Valkey" : "Redis";
}

function namesOf(nodes: readonly ClusterNode[]): string {
  return listNames(nodes.map(nodeName));
}

/** Nodes of one kind together: whoever is in the way may be half of the cluster, or all of it. */
function groupsOf(
  { nodes, basis }: { readonly nodes: readonly ClusterNode[]; readonly basis: Topology },
  whatOf: (engine: Engine, version: string) => string,
) {
  const groups = Map.groupBy(nodes, ({ view }) =>
    view ? whatOf(view.engine, view.version) : "an unknown server",
  );
  return [...groups].map(([what, members]) => ({
    what,
    names: isEveryPrimary(members, basis) ? "all primaries" : namesOf(members),
    run: members.length === 1 ? "runs" : "run",
  }));
}

function isEveryPrimary(nodes: readonly ClusterNode[], basis: Topology): boolean {
  return nodes.length > 2 && primariesOf(basis).every(({ id }) => nodes.some((node) => node.id === id));
}
