import { sameAddress } from "./address.ts";
import { UNREACHED_CODES } from "./how-unreached.ts";
import type { Problem, ProblemOf, Severity } from "./problem.ts";
import {
  type ClusterNode,
  isGhost,
  lineAbout,
  lostOwnersOf,
  missedBy,
  ownersOf,
  ownsSlots,
  PRIMARIES_FOR_MAJORITY,
  reachedNodes,
  type Topology,
} from "./topology.ts";

/** Nodes that do not answer, that others have given up, that are no nodes; and whether a majority is left. */
export function problemsOfNodes(topology: Topology): Problem[] {
  return [
    ...unreachedNodes(topology),
    ...ghostNodes(topology),
    ...flaggedNodes(topology),
    ...nodesInStateFail(topology),
    ...lostMajority(topology),
    ...tooFewPrimaries(topology),
  ];
}

function unreachedNodes(topology: Topology): Problem[] {
  return topology.nodes.flatMap((node) => {
    const { unreached } = node;
    if (!unreached || unreached.state === "no-address" || ghostReason(node, topology)) return [];
    const problem: ProblemOf<Exclude<(typeof UNREACHED_CODES)[keyof typeof UNREACHED_CODES], "ghost-node">> =
      {
        code: UNREACHED_CODES[unreached.state],
        severity: severityFor([node]),
        nodeIds: [node.id],
        nodeId: node.id,
        detail: unreached.detail,
        missedByIds: missedBy(topology, node.id),
        ...(ownsSlots(node) && { slots: node.slots }),
      };
    return [problem];
  });
}

/** What befalls a node with slots stops writes to them. */
function severityFor(nodes: readonly ClusterNode[]): Severity {
  return nodes.some(ownsSlots) ? "error" : "warning";
}

function ghostNodes(topology: Topology): Problem[] {
  return topology.nodes.flatMap((node): Problem[] => {
    const reason = ghostReason(node, topology);
    if (!reason) return [];
    const knowing = reachedNodes(topology).filter((viewer) => viewer.view && lineAbout(viewer.view, node.id));
    return [
      {
        code: "ghost-node",
        severity: severityFor([node]),
        nodeIds: [node.id],
        nodeId: node.id,
        reason,
        knownToIds: knowing.map((viewer) => viewer.id),
        ...(ownsSlots(node) && { slots: node.slots }),
      },
    ];
  });
}

function ghostReason(node: ClusterNode, topology: Topology): ProblemOf<"ghost-node">["reason"] | undefined {
  const { address } = node;
  if (node.view) return undefined;
  if (node.flags.includes("handshake")) return "handshake";
  const isTaken =
    address && reachedNodes(topology).some((other) => other.address && sameAddress(other.address, address));
  if (isTaken) return "replaced";
  return isGhost(node) || node.unreached?.state === "no-address" ? "no-address" : undefined;
}

/** A node that answers slotctl and is given up by others is cut off from them: the bus, not the client port. */
function flaggedNodes(topology: Topology): Problem[] {
  const reached = new Map(reachedNodes(topology).map((node) => [node.id, node]));
  const flagged = [...reached.values()].flatMap((viewer) =>
    (viewer.view?.lines ?? []).flatMap((line) => {
      const node = reached.get(line.id);
      const flags = GIVEN_UP_FLAGS.filter((flag) => line.flags.includes(flag));
      return node ? flags.map((flag) => ({ node, flag, byId: viewer.id })) : [];
    }),
  );
  const perNode = [...Map.groupBy(flagged, ({ node, flag }) => `${node.id} ${flag}`).values()].map(
    (group) => ({
      group,
      key: `${group[0]?.flag} ${group.map(({ byId }) => byId).join(" ")}`,
    }),
  );
  return [...Map.groupBy(perNode, ({ key }) => key).values()].flatMap((alike): Problem[] => {
    const [first] = alike;
    const flag = first?.group[0]?.flag;
    if (!first || !flag) return [];
    const ids = new Set(alike.flatMap(({ group }) => group.map(({ node }) => node.id)));
    const nodes = [...reached.values()].filter((node) => ids.has(node.id));
    return [
      {
        code: "node-flagged-failing",
        severity: severityFor(nodes),
        nodeIds: nodes.map((node) => node.id),
        flag,
        byIds: first.group.map(({ byId }) => byId),
      },
    ];
  });
}

const GIVEN_UP_FLAGS = ["fail", "fail?", "noaddr"] as const;

function nodesInStateFail(topology: Topology): Problem[] {
  const nodes = topology.nodes.filter((node) => node.view?.clusterState === "fail");
  if (nodes.length === 0) return [];
  return [{ code: "node-state-fail", severity: "error", nodeIds: nodes.map((node) => node.id) }];
}

/** Only primaries with slots vote. */
function lostMajority(topology: Topology): Problem[] {
  const voters = ownersOf(topology);
  const missing = lostOwnersOf(topology);
  if (voters.length === 0 || missing.length * 2 < voters.length) return [];
  return [
    {
      code: "no-majority",
      severity: "error",
      nodeIds: missing.map((node) => node.id),
      answering: voters.length - missing.length,
      voters: voters.length,
    },
  ];
}

function tooFewPrimaries(topology: Topology): Problem[] {
  const nodeIds = ownersOf(topology).map((node) => node.id);
  return nodeIds.length >= PRIMARIES_FOR_MAJORITY
    ? []
    : [{ code: "too-few-primaries", severity: "warning", nodeIds }];
}
