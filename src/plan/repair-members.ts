import { problemsOfNodes } from "../cluster/problems-of-nodes.ts";
import {
  type ClusterNode,
  hostOf,
  lineAbout,
  nodeById,
  reachedNodes,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import { choosePrimaryForReplica } from "./choose-primary-for-replica.ts";
import { meetPeerOf } from "./meet-peer.ts";
import { refOf } from "./node-ref.ts";
import type { NodeEvidence, RepairReason, RepairRule } from "./repair-reason.ts";
import type { MeetPeer, StepOf } from "./step.ts";

export type MemberRepair = StepOf<"meet"> | StepOf<"replicate"> | StepOf<"forget">;

/**
 * What has to be done for all nodes to know the same members: those that answer and belong to it are introduced
 * to whoever does not know them, replicas get a primary that can be followed, and names without a node behind
 * them are forgotten, as are nodes that a removal has reset and no more.
 *
 * @param topology with the slots where they will be: whoever owns some is not forgotten.
 */
export function repairMembers(topology: Topology): MemberRepair[] {
  const leavers = [...ghostsIn(topology), ...resetNodesIn(topology), ...forgottenIn(topology)];
  const leavingIds = new Set(leavers.map(({ node }) => node.id));
  const followed = new Set(
    reachedNodes(topology).flatMap(({ view }) => (view?.self.primaryId ? [view.self.primaryId] : [])),
  );
  const replicates = replicateSteps(topology, leavingIds);
  const rehomed = new Set(replicates.map(({ replica }) => nodeById(topology, replica.id)?.primaryId));
  const forgotten = leavers.filter(({ node }) => !followed.has(node.id) || rehomed.has(node.id));
  return [
    ...meetSteps(topology, leavingIds),
    ...replicates,
    ...forgotten.flatMap(({ node, rule }) => forgetStep(topology, { node, rule, leavingIds })),
  ];
}

interface Leaver {
  readonly node: ClusterNode;
  readonly rule: RepairRule;
}

/** A handshake ends by itself, and under a made-up id it could not be forgotten. */
function ghostsIn(topology: Topology): Leaver[] {
  return problemsOfNodes(topology).flatMap((problem): Leaver[] => {
    if (problem.code !== "ghost-node" || problem.reason === "handshake") return [];
    const node = nodeById(topology, problem.nodeId);
    return node && node.slots.size === 0 ? [{ node, rule: "no-node-behind" }] : [];
  });
}

/** What a removal leaves that died between its reset and its forgetting. */
function resetNodesIn(topology: Topology): Leaver[] {
  return reachedNodes(topology).flatMap((node): Leaver[] => {
    const { view } = node;
    const isBare = view?.lines.length === 0 && view.self.slots.size === 0 && !view.hasKeys;
    return isBare && knownTo(topology, node).length > 0 ? [{ node, rule: "was-reset" }] : [];
  });
}

/** What a removal leaves at replicas of a node that was forgotten before they had another primary. */
function forgottenIn(topology: Topology): Leaver[] {
  return topology.nodes.flatMap((node): Leaver[] => {
    const replicas = replicasOf(topology, node.id);
    const isLeft = replicas.length > 0 && replicas.every(({ view }) => view !== undefined && !view.hasKeys);
    const isGhost = ghostsIn(topology).some((ghost) => ghost.node.id === node.id);
    return isLeft && !isGhost && isForgottenByOthers(topology, node)
      ? [{ node, rule: "no-node-behind" }]
      : [];
  });
}

function knownTo(topology: Topology, { id }: ClusterNode): ClusterNode[] {
  return reachedNodes(topology).filter(
    (viewer) => viewer.id !== id && viewer.view && lineAbout(viewer.view, id),
  );
}

function unknownTo(topology: Topology, { id }: ClusterNode): ClusterNode[] {
  return reachedNodes(topology).filter((viewer) => viewer.view && !lineAbout(viewer.view, id));
}

function whyOf(
  topology: Topology,
  { node, rule, risk = "none" }: Leaver & { readonly risk?: RepairReason["risk"] },
): RepairReason {
  const evidence: NodeEvidence = {
    nodeId: node.id,
    knownToIds: knownTo(topology, node).map(({ id }) => id),
    unknownToIds: unknownTo(topology, node).map(({ id }) => id),
    primaryId: node.primaryId,
  };
  return { rule, risk, slots: [], node: evidence };
}

function forgetStep(
  topology: Topology,
  { node, rule, leavingIds }: Leaver & { readonly leavingIds: ReadonlySet<string> },
): StepOf<"forget">[] {
  const by = knownTo(topology, node)
    .filter(({ id }) => !leavingIds.has(id))
    .map(refOf);
  const { id, address } = node;
  return by.length === 0
    ? []
    : [{ kind: "forget", node: { id, address }, by, why: whyOf(topology, { node, rule }) }];
}

function meetSteps(topology: Topology, leavingIds: ReadonlySet<string>): StepOf<"meet">[] {
  return reachedNodes(topology).flatMap((node): StepOf<"meet">[] => {
    if (leavingIds.has(node.id)) return [];
    const strangers = unknownTo(topology, node).filter(({ id }) => !leavingIds.has(id));
    if (strangers.length === 0) return [];
    const why = whyOf(topology, { node, rule: "is-a-member" });
    const known = strangers.filter((stranger) => node.view && lineAbout(node.view, stranger.id));
    const unknown = strangers.filter((stranger) => !known.includes(stranger));
    // Whoever knows the other one already would not begin a handshake, and is not listened to.
    const told = known.map((stranger) => ({ node: stranger, peers: [node] }));
    return [...(unknown.length > 0 ? [{ node, peers: unknown }] : []), ...told].map((pair) => ({
      kind: "meet",
      node: refOf(pair.node),
      peers: pair.peers.flatMap(peerOf),
      why,
    }));
  });
}

function peerOf({ view, announced }: ClusterNode): MeetPeer[] {
  return view ? [meetPeerOf({ view, heard: announced, meetAddresses: new Map() })] : [];
}

/** It does not answer, owns nothing, and nobody knows it any more but its replicas, who could not forget it. */
function isForgottenByOthers(topology: Topology, node: ClusterNode): boolean {
  const isGone = node.view === undefined && node.slots.size === 0;
  return isGone && knownTo(topology, node).every(({ primaryId }) => primaryId === node.id);
}

/** A replica of a replica goes to that one's primary; one of nobody to the primary that needs it most. */
function replicateSteps(topology: Topology, leavingIds: ReadonlySet<string>): StepOf<"replicate">[] {
  return reachedNodes(topology).flatMap((node): StepOf<"replicate">[] => {
    if (node.role !== "replica" || leavingIds.has(node.id)) return [];
    const followed = node.primaryId === undefined ? undefined : nodeById(topology, node.primaryId);
    // One that is only down may come back, and has a use for its replica then.
    const isForgotten = followed !== undefined && isForgottenByOthers(topology, followed);
    if (followed?.role === "primary" && !leavingIds.has(followed.id) && !isForgotten) return [];
    // What it has may be the last copy.
    if (isForgotten && node.view?.hasKeys) return [];
    const heir = followed?.primaryId === undefined ? undefined : nodeById(topology, followed.primaryId);
    const isHeir = heir?.role === "primary" && heir.view !== undefined && !leavingIds.has(heir.id);
    const primary = isHeir
      ? heir
      : choosePrimaryForReplica({ topology, host: hostOf(node), exclude: leavingIds });
    if (!primary) return [];
    const why = whyOf(topology, { node, rule: "needs-a-primary", risk: "replaces-data" });
    return [{ kind: "replicate", replica: refOf(node), primary: refOf(primary), syncAtOnce: false, why }];
  });
}
