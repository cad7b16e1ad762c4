import { type Address, formatAddress } from "../cluster/address.ts";
import { nodeName } from "../cluster/node-name.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { Refused, type SlotctlError, Stale } from "../errors.ts";
import type { StepCondition } from "../plan/step-conditions.ts";
import { type JudgedStep, unmetConditions } from "../plan/unmet-conditions.ts";
import type { ApplyContext } from "./apply-context.ts";
import { followsAnother } from "./follows-another.ts";
import { nodeGone } from "./node-gone.ts";
import { pollUntil } from "./poll-until.ts";
import type { JudgedStage } from "./stage.ts";

/** How long roles may take that the steps before have changed: news travels from node to node. */
const ROLES_MS_MAX = 3000;

type Look = Pick<JudgedStage, "conditionsOf"> & {
  /** Of whom the conditions are, and their primaries. */
  readonly addresses: readonly Address[];
};

/**
 * Waits until what steps need holds, now that their turn has come. A link comes up or a replica catches up within the
 * time that a cluster may take to agree; a role that is another one stays so.
 *
 * @throws Stale where a node has another role than the steps before leave it, Refused for a replica that does not have
 *   the data of its primary, NodeFailed for a node that does not answer. The steps are not sent then.
 */
export async function awaitConditions(
  context: ApplyContext,
  steps: readonly JudgedStep[],
  look: Look,
): Promise<void> {
  const rolesMs = Math.min(ROLES_MS_MAX, context.waitMs);
  const startMs = context.clock.nowMs();
  let unmet: Unmet[] = [];
  let topology: Topology = { nodes: [] };
  await pollUntil(context, {
    what: "replica-links",
    missing: async () => {
      topology = await context.lookAt(look.addresses);
      unmet = unmetIn(steps, { look, topology });
      const outdated = unmet.find(({ condition: { kind } }) => kind !== "in-sync" && kind !== "is-whole");
      if (outdated && context.clock.nowMs() - startMs >= rolesMs) throw refusalOf(outdated, topology);
      return unmet.map(({ address }) => formatAddress(address));
    },
    late: () => refusalOf(unmet[0], topology),
  });
}

interface Unmet {
  readonly step: JudgedStep;
  readonly condition: StepCondition;
  readonly address: Address;
}

function unmetIn(
  steps: readonly JudgedStep[],
  { look, topology }: { readonly look: Look; readonly topology: Topology },
): Unmet[] {
  return steps.flatMap((step) =>
    unmetConditions(step, { conditions: look.conditionsOf(step), now: topology }).map((condition) => ({
      step,
      condition,
      address: addressOf(step, condition),
    })),
  );
}

function addressOf(step: JudgedStep, { nodeId }: StepCondition): Address {
  return step.kind === "replicate" && step.primary.id === nodeId
    ? step.primary.address
    : step.replica.address;
}

function refusalOf(unmet: Unmet | undefined, topology: Topology): SlotctlError {
  if (!unmet) return new Stale("The nodes are not what the next step needs.", { code: "node-changed" });
  const { condition, address, step } = unmet;
  const node = formatAddress(address);
  const now = nodeById(topology, condition.nodeId);
  if (!now?.view) return nodeGone(address, now?.unreached?.detail ?? "no node says why");
  if (step.kind === "failover" && condition.kind === "follows") {
    return followsAnother(step, now.view.self.primaryId);
  }
  const left = step.kind === "failover" ? "it is not made a primary" : "nobody changes shards for it";
  switch (condition.kind) {
    case "in-sync":
    case "is-whole": {
      const { linkUp, syncing } = now.view.replication;
      const why = syncing
        ? "is in the midst of a sync and has part of the data only"
        : linkUp
          ? "is too far behind its primary"
          : "has no link to its primary";
      return new Refused(`${node} ${why}, so ${left}.`, {
        code: syncing ? "replica-syncing" : linkUp ? "replica-lagging" : "replica-link-down",
        node,
        hint: "Wait until it has what its primary has; then the same command goes on from here. --wait waits longer.",
      });
    }
    default:
      return new Stale(`${node} ${roleText(topology, condition.nodeId)} by now, so ${left}.`, {
        code: "node-changed",
        node,
        hint: "Run the same command again to plan with the cluster as it is now.",
      });
  }
}

function roleText(topology: Topology, id: string): string {
  const self = nodeById(topology, id)?.view?.self;
  if (self?.primaryId === undefined) {
    return self && self.slots.size > 0 ? `is a primary with slots ${self.slots}` : "is a primary";
  }
  const primary = nodeById(topology, self.primaryId);
  return `is a replica of ${primary ? nodeName(primary) : self.primaryId}`;
}
