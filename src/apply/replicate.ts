import { type Address, formatAddress } from "../cluster/address.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { pollUntil } from "./poll-until.ts";
import { withSetting } from "./with-setting.ts";

type ReplicateStep = StepOf<"replicate">;

/**
 * Since Redis 7.0 a primary waits five seconds for more replicas to share a sync with. A new one has no data
 * to sync, and nothing else to wait for.
 */
const SYNC_AT_ONCE = { name: "repl-diskless-sync-delay", value: 0 } as const;

/** Makes nodes replicas, and waits until each receives its primary's writes. */
export async function replicate(context: ApplyContext, { steps, onEnd }: Stage<"replicate">): Promise<void> {
  const hastened = steps.filter((step) => step.syncAtOnce).map((step) => step.primary.address);
  await withSetting(context, { nodes: hastened, setting: SYNC_AT_ONCE }, async () => {
    await waitUntil(context, steps, "nodes-to-join", (step, topology) => {
      const view = nodeById(topology, step.replica.id)?.view;
      return (
        view?.lines.some((line) => line.id === step.primary.id && !line.flags.includes("handshake")) ?? false
      );
    });
    await eachNode(steps, async (step) => {
      // Told again, it would begin its sync from the start.
      const { self } = await lookAtStepNode(context, step.replica);
      if (self.primaryId === step.primary.id) return;
      await context.clients.at(step.replica.address).replicate(step.primary.id);
    });
    await waitUntil(context, steps, "replica-links", (step, topology) => {
      const view = nodeById(topology, step.replica.id)?.view;
      return view?.self.primaryId === step.primary.id && view.replication.linkUp;
    });
  });
  for (const step of steps) onEnd(step);
}

async function waitUntil(
  context: ApplyContext,
  steps: readonly ReplicateStep[],
  what: "nodes-to-join" | "replica-links",
  holds: (step: ReplicateStep, topology: Topology) => boolean,
): Promise<void> {
  const addresses: Address[] = steps.map((step) => step.replica.address);
  let late: readonly ReplicateStep[] = [];
  await pollUntil(context, {
    what,
    missing: async () => {
      const topology = await context.lookAt(addresses);
      late = steps.filter((step) => !holds(step, topology));
      return late.map((step) => formatAddress(step.replica.address));
    },
    late: (missing, waitedMs) => {
      const pairs = late
        .slice(0, 3)
        .map((step) => `${formatAddress(step.replica.address)} of ${formatAddress(step.primary.address)}`);
      const more = late.length > pairs.length ? ` and ${late.length - pairs.length} more` : "";
      return new DeadlinePassed(
        what === "replica-links"
          ? `Replicas are not linked to their primary after ${Math.round(waitedMs / 1000)} s: ${pairs.join(", ")}${more}.`
          : `Replicas-to-be do not know their primary after ${Math.round(waitedMs / 1000)} s: ${pairs.join(", ")}${more}.`,
        {
          code: what === "replica-links" ? "replica-link-down" : "no-agreement",
          node: missing[0],
          hint:
            "A first sync of much data takes its time: --wait waits longer, and the same command goes on from here. " +
            "If it never comes up, look at the replica's log: primaryauth/masterauth, or the primary's port.",
        },
      );
    },
  });
}
