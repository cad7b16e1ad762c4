import { nodeById, ownersOf } from "../cluster/topology.ts";
import { formatBytes } from "./format-number.ts";
import { nameInTopology } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";

type ReplicationCode =
  | "replica-link-down"
  | "replica-syncing"
  | "replica-lagging"
  | "replica-without-primary";

export const replicationWordings: Wordings<ReplicationCode> = {
  "replica-link-down": (problem, context) => ({
    message: `${pair(problem, context)} has no link to it: what it holds gets older.`,
    hint: hintForLink(problem, context),
  }),
  "replica-syncing": (problem, context) => ({
    message: `${pair(problem, context)} is still being synced and cannot take over yet.`,
    hint: `Wait until it is: slotctl check ${context.seed}`,
  }),
  "replica-lagging": (problem, context) => ({
    message: `${pair(problem, context)} is ${formatBytes(problem.lagBytes)} behind it.`,
    hint: `A failover now would lose those writes. Wait until it is less: slotctl info ${context.seed}`,
  }),
  "replica-without-primary": ({ nodeId, primaryId }, context) => {
    const name = nameInTopology(context.topology, nodeId);
    const primary = primaryId === undefined ? undefined : nodeById(context.topology, primaryId);
    const named =
      primaryId === undefined
        ? "no primary"
        : `${nameInTopology(context.topology, primaryId)} as its primary, ${primary ? "which is a replica itself" : "which nobody knows"}`;
    return {
      message: `Replica ${name} names ${named}.`,
      hint: `Give it a primary: ${serverCommand(nodeId, `CLUSTER REPLICATE ${somePrimary(context)}`, context)}`,
    };
  },
};

interface Follower {
  readonly nodeId: string;
  readonly primaryId: string | undefined;
}

function pair({ nodeId, primaryId }: Follower, { topology }: ProblemContext): string {
  const primary = primaryId === undefined ? "" : ` of ${nameInTopology(topology, primaryId)}`;
  return `Replica ${nameInTopology(topology, nodeId)}${primary}`;
}

function hintForLink({ nodeId, primaryId }: Follower, context: ProblemContext): string {
  const primary = primaryId === undefined ? undefined : nodeById(context.topology, primaryId);
  if (!primary?.view) return "It has nobody to link to until its primary is back, or it is promoted itself.";
  const look = serverCommand(nodeId, "INFO replication", context);
  return `Its log says why (masterauth, TLS, or no way to ${nameInTopology(context.topology, primary.id)}); see also ${look}`;
}

function somePrimary({ topology }: ProblemContext): string {
  const primary = ownersOf(topology).find((node) => node.view);
  // CLUSTER REPLICATE takes whole ids only.
  return primary ? primary.id : "PRIMARY_ID";
}
