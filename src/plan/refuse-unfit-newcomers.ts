import { listNames, nodeName, shortId } from "../cluster/node-name.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Joining } from "./add-node-input.ts";
import { type Objection, refuseFor } from "./refuse-for.ts";
import { addressesOf, strangersTo } from "./strangers.ts";

/** Refuses newcomers that hold or know what the cluster does not, or play another role in it already. */
export function refuseUnfitNewcomers(joining: Joining): void {
  const { topology, newcomers, toReplicas, functions, wish } = joining;
  const outsiders = newcomers.filter((view) => !isMember(topology, view));
  const notEmpty = [...newcomers.flatMap(strangersIn(joining)), ...outsiders.flatMap(holdings)];
  refuseFor(notEmpty, {
    opening: "A new node must be empty",
    code: "node-not-empty",
    hint: "Where its data is not needed, run FLUSHALL and then CLUSTER RESET on the node, and run the same command again.",
  });
  const wrongRole = newcomers.flatMap((view) =>
    toReplicas ? unfitAsReplica(view, wish.primaryId) : unfitAsPrimary(view),
  );
  refuseFor(wrongRole, {
    opening: "These nodes are in the cluster already, in another role",
    code: "already-a-member",
    hint: 'Remove the node with "slotctl del-node" first and add it again then.',
  });
  const withFunctions = newcomers.filter(({ self, lines }) => functions.has(self.id) && lines.length === 0);
  refuseFor(toReplicas ? [] : withFunctions.map((view) => ({ view, reason: "already contains functions" })), {
    opening: "A new primary gets the functions of the cluster",
    code: "node-has-functions",
    hint: "Run FUNCTION FLUSH on it and try again.",
  });
}

/** It knows the cluster and the cluster it; what it holds is then the cluster's. */
function isMember(topology: Topology, view: NodeView): boolean {
  return nodeById(topology, view.self.id) !== undefined && view.lines.length > 0;
}

function strangersIn({ topology, newcomers, meetAddresses }: Joining): (view: NodeView) => Objection[] {
  const views = [...newcomers, ...topology.nodes.flatMap((node) => node.view ?? [])];
  const ids = new Set([...topology.nodes, ...newcomers.map((view) => view.self)].map(({ id }) => id));
  const addresses = new Set([
    ...views.flatMap((view) => addressesOf(view, meetAddresses)),
    ...topology.nodes.map(nodeName),
  ]);
  return (view) => {
    const strangers = strangersTo(view, { ids, addresses });
    return strangers.length === 0
      ? []
      : [{ view, reason: `already knows nodes (${listNames(strangers.map(nodeName))})` }];
  };
}

function holdings(view: NodeView): Objection[] {
  const { self, hasKeys } = view;
  // A replica holds its primary's keys: whose that is, is judged by whom it knows.
  const reasons = [
    ...(self.slots.size > 0 ? [`owns slots ${self.slots}`] : []),
    ...(hasKeys && self.role === "primary" ? ["holds keys"] : []),
  ];
  return reasons.map((reason) => ({ view, reason }));
}

function unfitAsReplica(view: NodeView, primaryId: string | undefined): Objection[] {
  const { self, hasKeys } = view;
  if (self.role === "replica") {
    const isRight = primaryId === undefined || self.primaryId === primaryId;
    return isRight ? [] : [{ view, reason: isReplicaOf(self.primaryId) }];
  }
  if (self.slots.size > 0) return [{ view, reason: `is a primary and owns slots ${self.slots}` }];
  return hasKeys ? [{ view, reason: "is a primary and holds keys" }] : [];
}

function unfitAsPrimary(view: NodeView): Objection[] {
  const { self } = view;
  return self.role === "primary" ? [] : [{ view, reason: isReplicaOf(self.primaryId) }];
}

function isReplicaOf(primaryId: string | undefined): string {
  return `is a replica of ${primaryId === undefined ? "nobody" : shortId(primaryId)}`;
}
