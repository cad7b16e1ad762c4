import { hostOf, nodeById, ownsSlots, primariesOf, replicasOf } from "../cluster/topology.ts";
import { countOf } from "./format-number.ts";
import { idArgument } from "./id-argument.ts";
import { namesOf } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";

type ShardCode =
  | "primary-without-replica"
  | "primary-without-slots"
  | "replica-on-primary-host"
  | "replicas-uneven"
  | "failover-disabled";

export const shardWordings: Wordings<ShardCode> = {
  "primary-without-replica": ({ nodeIds }, context) => ({
    message: `${countOf(nodeIds.length, "primary has", "primaries have")} ${lackOf(nodeIds, context)}: ${namesOf(nodeIds, context)}.`,
    hint: hintForBare(nodeIds, context),
  }),
  "primary-without-slots": ({ nodeIds }, context) => ({
    message: `${countOf(nodeIds.length, "primary owns", "primaries own")} no slots: ${namesOf(nodeIds, context)}.`,
    hint: `Give slots: slotctl rebalance ${context.seed} --use-empty; or remove: slotctl del-node ${context.seed} ${firstId(nodeIds, context)}`,
  }),
  "replica-on-primary-host": ({ nodeIds, oneHost }, context) => ({
    message: oneHost
      ? "All nodes are on one host: if it is lost, so is the cluster."
      : `${countOf(nodeIds.length, "replica is on its primary's host", "replicas are on their primaries' hosts")}: ${namesOf(nodeIds, context)}.`,
    hint: hintForHost(nodeIds, context),
  }),
  "replicas-uneven": ({ nodeIds, fewest, most }, context) => ({
    message: `Shards have from ${fewest} to ${countOf(most, "replica")}; the fewest: ${namesOf(nodeIds, context)}.`,
    hint: `Add some where they are few: slotctl add-node NEW ${context.seed} --replica --primary ${firstId(nodeIds, context)}`,
  }),
  "failover-disabled": ({ nodeIds, severity }, context) => ({
    message:
      severity === "warning"
        ? `No replica of its shard may take over, for cluster-replica-no-failover is on: ${namesOf(nodeIds, context)}.`
        : `Setting cluster-replica-no-failover is on: ${namesOf(nodeIds, context)}.`,
    hint: `If nobody meant it: ${serverCommand(nodeIds[0] ?? "", "CONFIG SET cluster-replica-no-failover no", context)}`,
  }),
};

/** A replica that is down may come back; one that never was will not. */
function lackOf(nodeIds: readonly string[], { topology }: ProblemContext): string {
  const withReplicas = nodeIds.filter((id) => replicasOf(topology, id).length > 0).length;
  if (withReplicas === 0) return "no replica";
  return withReplicas === nodeIds.length ? "no replica that answers" : "no replica, or none that answers";
}

function hintForBare(nodeIds: readonly string[], context: ProblemContext): string {
  const { seed, topology } = context;
  const isOne = nodeIds.length === 1;
  const command = `slotctl add-node NEW ${seed} --replica --primary ${firstId(nodeIds, context)}`;
  const add = `${isOne ? "add one" : "add one to each, such as"}: ${command}`;
  const isDown = nodeIds.some((id) => replicasOf(topology, id).length > 0);
  return isDown ? `Start ${isOne ? "its replicas" : "their replicas"} again, or ${add}` : `A${add.slice(1)}`;
}

function firstId([id]: readonly string[], { topology }: ProblemContext): string {
  return id === undefined ? "PRIMARY" : idArgument(id, topology);
}

/**
 * A shard's only replica away from the host must not be lent to another one. slotctl has no command that
 * gives a replica another primary; the server has.
 */
function hintForHost([id = ""]: readonly string[], context: ProblemContext): string {
  const { seed, topology } = context;
  const replica = nodeById(topology, id);
  const host = replica && hostOf(replica);
  const primaryId = replica?.primaryId ?? "";
  const isCovered = replicasOf(topology, primaryId).some((node) => node.view && hostOf(node) !== host);
  const [elsewhere] = primariesOf(topology).filter((node) => ownsSlots(node) && hostOf(node) !== host);
  return isCovered && elsewhere
    ? `Let it follow a primary elsewhere: ${serverCommand(id, `CLUSTER REPLICATE ${elsewhere.id}`, context)}`
    : `Add a replica on another host: slotctl add-node NEW ${seed} --replica --primary ${idArgument(primaryId, topology)}`;
}
