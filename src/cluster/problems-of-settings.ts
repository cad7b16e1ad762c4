import type { NodeView } from "./node-view.ts";
import type { Problem, SettingGroup } from "./problem.ts";
import { COMPARED_SETTINGS, type Setting, settingIn } from "./settings.ts";
import { type ClusterNode, ownersOf, reachedNodes, type Topology } from "./topology.ts";

/** From here on a primary is about to refuse writes, or to evict. */
const MEMORY_PERCENT_MAX = 95;

/** A node that is silent for less than this need not be dead. */
const NODE_TIMEOUT_MS_MIN = 1000;

/** What the nodes run and how they are set: epochs, versions, settings, passwords, memory. */
export function problemsOfSettings(topology: Topology): Problem[] {
  return [
    ...collidingEpochs(topology),
    ...differentVersions(topology),
    ...COMPARED_SETTINGS.flatMap((setting) => differentSettings(setting, topology)),
    ...shortNodeTimeouts(topology),
    ...wrongReplicationPasswords(topology),
    ...nearlyFullMemory(topology),
  ];
}

/** The epoch decides who owns a contested slot, so two owners must not have the same. */
function collidingEpochs(topology: Topology): Problem[] {
  return [...Map.groupBy(ownersOf(topology), (node) => node.configEpoch)]
    .filter(([, nodes]) => nodes.length > 1)
    .map(([epoch, nodes]) => ({
      code: "epochs-collide",
      severity: "warning",
      nodeIds: nodes.map((node) => node.id),
      epoch,
    }));
}

function differentVersions(topology: Topology): Problem[] {
  const groups = viewGroups(topology, ({ engine, version }) => `${engine} ${version}`);
  if (groups.length < 2) return [];
  const lines = new Set(groups.map(({ view }) => `${view.engine} ${view.version.split(".")[0]}`));
  return [
    {
      code: "versions-differ",
      severity: lines.size > 1 ? "warning" : "info",
      nodeIds: groups.flatMap(({ nodeIds }) => nodeIds),
      groups: groups.map(({ view, nodeIds }) => ({ engine: view.engine, version: view.version, nodeIds })),
    },
  ];
}

function differentSettings({ names, secret, severity }: Setting, topology: Topology): Problem[] {
  const [name] = names;
  const groups = viewGroups(topology, (view) => settingIn(view, name));
  if (groups.length < 2) return [];
  return [
    {
      code: "settings-differ",
      severity,
      nodeIds: groups.flatMap(({ nodeIds }) => nodeIds),
      setting: name,
      groups: groups.map(({ view, nodeIds }): SettingGroup => ({
        value: secret ? undefined : settingIn(view, name),
        nodeIds,
      })),
    },
  ];
}

/**
 * A pause of the process or a slow fork is enough to be taken for dead then. Nobody sets so little on
 * purpose; slotctl itself does for a moment in `create`, and being killed in it would leave it.
 */
function shortNodeTimeouts(topology: Topology): Problem[] {
  const groups = viewGroups(topology, (view) => settingIn(view, "cluster-node-timeout"));
  return groups.flatMap(({ view, nodeIds }): Problem[] => {
    const timeoutMs = Number(settingIn(view, "cluster-node-timeout"));
    if (timeoutMs >= NODE_TIMEOUT_MS_MIN) return [];
    return [{ code: "node-timeout-short", severity: "warning", nodeIds, timeoutMs }];
  });
}

/** Reached nodes by what `keyOf` makes of their view, the largest group first; no key, no group. */
function viewGroups(topology: Topology, keyOf: (view: NodeView) => string | undefined) {
  const keyed = reachedNodes(topology).flatMap(({ id, view }) => {
    const key = view && keyOf(view);
    return view && key !== undefined ? [{ id, view, key }] : [];
  });
  return [...Map.groupBy(keyed, ({ key }) => key)]
    .sort(([keyA, a], [keyB, b]) => b.length - a.length || (keyA < keyB ? -1 : 1))
    .flatMap(([, group]) => {
      const nodeIds = group.map(({ id }) => id);
      return group[0] ? [{ view: group[0].view, nodeIds }] : [];
    });
}

/**
 * Any node may have to follow any other after a failover, with its masterauth against the other's
 * requirepass. Where masteruser is set the password belongs to that user, and where requirepass is empty
 * it may stand in an ACL file, so nothing can be said.
 */
function wrongReplicationPasswords(topology: Topology): Problem[] {
  const nodes = reachedNodes(topology);
  const nodeIds = nodes.filter((node) => cannotFollowAll(node, nodes)).map((node) => node.id);
  return nodeIds.length === 0 ? [] : [{ code: "replication-password-wrong", severity: "warning", nodeIds }];
}

function cannotFollowAll(node: ClusterNode, nodes: readonly ClusterNode[]): boolean {
  const sent = node.view && settingIn(node.view, "masterauth");
  if (!node.view || sent === undefined || settingIn(node.view, "masteruser")) return false;
  return nodes.some((other) => {
    const asked = other !== node && other.view ? settingIn(other.view, "requirepass") : undefined;
    return asked !== undefined && asked !== "" && asked !== sent;
  });
}

/** Replicas do not evict and are not refused: only primaries act on maxmemory. */
function nearlyFullMemory(topology: Topology): Problem[] {
  const full = reachedNodes(topology).flatMap(({ id, role, view }) => {
    if (role !== "primary" || !view || view.maxmemoryBytes === 0) return [];
    const percent = Math.floor((100 * view.memoryBytes) / view.maxmemoryBytes);
    return percent < MEMORY_PERCENT_MAX ? [] : [{ id, percent, policy: settingIn(view, "maxmemory-policy") }];
  });
  return [...Map.groupBy(full, ({ policy }) => policy)].map(([policy, nodes]) => ({
    code: "memory-nearly-full",
    // A cache that evicts lives at its limit.
    severity: policy === undefined || policy === "noeviction" ? "warning" : "info",
    nodeIds: nodes.map(({ id }) => id),
    policy,
    fullestPercent: Math.max(...nodes.map(({ percent }) => percent)),
  }));
}
