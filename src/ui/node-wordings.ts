import type { ProblemOf } from "../cluster/problem.ts";
import { nodeById } from "../cluster/topology.ts";
import { shortId } from "../cluster/node-name.ts";
import { slotsOnTheirWay } from "../plan/drain-nodes.ts";
import { countOf } from "./format-number.ts";
import { bringBackHint, networkHint } from "./bring-back-hint.ts";
import { idArgument } from "./id-argument.ts";
import { nameInTopology, namesOf } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { slotsArgument, slotsText } from "./slots-text.ts";

type UnreachedCode =
  | "node-unreachable"
  | "node-silent"
  | "node-loading"
  | "node-denied"
  | "node-not-in-a-cluster";

type NodeCode =
  | UnreachedCode
  | "ghost-node"
  | "node-flagged-failing"
  | "node-state-fail"
  | "no-majority"
  | "too-few-primaries";

export const nodeWordings: Wordings<NodeCode> = {
  "node-unreachable": (problem, context) => ({
    message: unreachedText(problem, "cannot be reached", context),
    hint: hintForLost(problem, context),
  }),
  "node-silent": (problem, context) => ({
    message: unreachedText(problem, "takes connections and does not answer", context),
    hint: `Its process is stopped, blocked by a long command, or cut off: look at it. ${hintForLost(problem, context)}`,
  }),
  "node-loading": (problem, context) => ({
    message: unreachedText({ ...problem, detail: "" }, "is still loading its data", context),
    hint: `Wait until it has: slotctl check ${context.seed}`,
  }),
  "node-denied": (problem, context) => ({
    message: unreachedText(problem, "does not let slotctl in", context),
    hint: `Give it what it asks for: slotctl check ${context.seed} --user USER --password-file FILE; with TLS also --tls and --cacert FILE. docs/security.md has the rights that the user needs.`,
  }),
  "node-not-in-a-cluster": (problem, context) => ({
    message: unreachedText(problem, "answers, but not as a node of a cluster", context),
    hint: problem.detail.includes("no command")
      ? "It may serve its clients well: take rename-command out of its configuration and restart it."
      : `If another server listens there now, remove the node: ${removal(problem.nodeId, context)}. ` +
        "If the node is elsewhere, say where with --map.",
  }),
  "ghost-node": (problem, context) => ({
    message: ghostText(problem, context),
    hint: hintForGhost(problem, context),
  }),
  "node-flagged-failing": (problem, context) => ({
    message: `${namesOf(problem.nodeIds, context)} answer${problem.nodeIds.length === 1 ? "s" : ""} slotctl, but ${namesOf(
      problem.byIds,
      context,
    )} flag${problem.byIds.length === 1 ? "s" : ""} ${problem.nodeIds.length === 1 ? "it" : "them"} as ${problem.flag}.`,
    hint: `The nodes do not hear each other: let ${busPortsOf(problem.nodeIds, context)} be reached from ${namesOf(
      problem.byIds,
      context,
    )}.`,
  }),
  "node-state-fail": (problem, context) => ({
    message: `The cluster is down in the view of ${namesOf(problem.nodeIds, context)} (cluster_state:fail).`,
    hint:
      "The other errors say why. Without any, it has just joined or restarted and says so for some seconds, " +
      `so look again: slotctl check ${context.seed}`,
  }),
  "no-majority": (problem, context) => ({
    message: `${problem.answering} of ${countOf(problem.voters, "primary", "primaries")} with slots answer${
      problem.answering === 1 ? "s" : ""
    }; an automatic failover needs the votes of ${Math.floor(problem.voters / 2) + 1}.`,
    hint: networkHint(problem.nodeIds, context) ?? bringBackHint(problem.nodeIds, context),
  }),
  "too-few-primaries": (problem, context) => ({
    message: `${countOf(problem.nodeIds.length, "primary has", "primaries have")} slots; with fewer than three no failover is automatic.`,
    hint: `Add primaries: slotctl add-node NEW ${context.seed}, then slotctl rebalance ${context.seed} --use-empty`,
  }),
};

function unreachedText(
  problem: ProblemOf<UnreachedCode>,
  what: string,
  { topology }: ProblemContext,
): string {
  const node = nodeById(topology, problem.nodeId);
  const name = nameInTopology(topology, problem.nodeId);
  const owned = problem.slots ? ` with ${slotsText(problem.slots)}` : "";
  const role = node ? `, a ${node.role}${owned},` : "";
  return `${name}${role} ${what}${problem.detail === "" ? "" : ` (${problem.detail})`}.`;
}

/**
 * A node that owns nothing can go; one with slots must come back, or a replica of it come forward. While slots
 * are on their way to or from it no command removes it, and what it holds of them may only be there.
 */
function hintForLost({ nodeId, slots }: ProblemOf<UnreachedCode>, context: ProblemContext): string {
  if (slots) return bringBackHint([nodeId], context);
  const away = networkHint([nodeId], context);
  if (away) return away;
  const onTheirWay = slotsOnTheirWay({ topology: context.topology, leavingIds: new Set([nodeId]) });
  if (onTheirWay.size === 0) return `Start it again, or remove it: ${removal(nodeId, context)}`;
  const fix = `slotctl fix ${context.seed} --slots ${slotsArgument(onTheirWay)} --unreachable-ok`;
  return `Start it again, or give up what it alone holds of slots on their way, and remove it: ${fix}, then ${removal(nodeId, context)}`;
}

function removal(id: string, { seed, topology }: ProblemContext): string {
  return `slotctl del-node ${seed} ${idArgument(id, topology)}`;
}

function ghostText(problem: ProblemOf<"ghost-node">, context: ProblemContext): string {
  const { nodeId, reason, slots } = problem;
  const known = namesOf(problem.knownToIds, context);
  const owned = slots ? `, the owner of ${slotsText(slots)},` : "";
  const node = `${shortId(nodeId)}${owned}`;
  switch (reason) {
    case "handshake":
      return `${known} ${problem.knownToIds.length === 1 ? "waits" : "wait"} for a handshake with ${nameInTopology(
        context.topology,
        nodeId,
      )} that does not end.`;
    case "replaced":
      return `${node} is still known to ${known}, but a node with another id answers at its address.`;
    case "no-address":
      return `${node} is known to ${known}, and nobody has an address of it.`;
  }
}

function hintForGhost(problem: ProblemOf<"ghost-node">, context: ProblemContext): string {
  if (problem.reason === "handshake") {
    const port = busPortsOf([problem.nodeId], context);
    return `It goes by itself within the node timeout. If it comes back, ${port} cannot be reached from there.`;
  }
  if (problem.slots) return bringBackHint([problem.nodeId], context);
  return `Remove it: ${removal(problem.nodeId, context)}`;
}

function busPortsOf(ids: readonly string[], { topology }: ProblemContext): string {
  const ports = ids.flatMap((id) => {
    const node = nodeById(topology, id);
    const host = (node?.announced ?? node?.address)?.host;
    return node && host !== undefined ? [`${node.busPort} on ${host}`] : [];
  });
  if (ports.length === 0) return "its bus port";
  const hidden = ports.length > 3 ? ` and ${ports.length - 3} more` : "";
  return `bus port ${ports.slice(0, 3).join(", ")}${hidden}`;
}
