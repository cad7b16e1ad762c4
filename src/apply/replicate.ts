import { type Address, formatAddress } from "../cluster/address.ts";
import { isLinkedReplica } from "../cluster/is-linked-replica.ts";
import { type ClusterNode, nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { awaitConditions } from "./await-conditions.ts";
import type { JudgedStage, Stage } from "./stage.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { pollUntil } from "./poll-until.ts";
import { withSetting } from "./with-setting.ts";

type ReplicateStep = StepOf<"replicate">;

/**
 * Since Redis 7.0 a primary waits five seconds for more replicas to share a sync with. A new one has no data
 * to sync, and nothing else to wait for.
 */
const SYNC_AT_ONCE = { name: "repl-diskless-sync-delay", value: 0 } as const;

/**
 * Makes nodes replicas, and waits until each receives its primary's writes. A replica leaves its shard only once those
 * are linked that join it by an earlier step, and those that are in it: so that it is never left with fewer replicas
 * than the plan foresees.
 */
export async function replicate(
  context: ApplyContext,
  { steps, basis, members, conditionsOf, onEnd }: JudgedStage<"replicate">,
): Promise<void> {
  // Only who was a replica when the plan was made, or has become one by an earlier step, can leave anybody behind.
  const leaving = steps.filter(
    ({ replica }, index) =>
      nodeById(basis, replica.id)?.role === "replica" || isToldBefore(replica.id, steps.slice(0, index)),
  );
  const now =
    leaving.length === 0 ? NOBODY : await context.lookAt(leaving.map(({ replica }) => replica.address));
  const followed = new Map(now.nodes.map(({ id, primaryId }) => [id, primaryId]));
  let left = steps;
  while (left.length > 0) {
    if (context.signal.aborted && left !== steps) return;
    const wave = left.filter((step, index) => !waitsFor(step, { earlier: left.slice(0, index), followed }));
    if (wave.some((step) => leaving.includes(step))) await awaitSiblings(context, { wave, basis, members });
    await replicateAll(context, wave, conditionsOf);
    for (const step of wave) {
      followed.set(step.replica.id, step.primary.id);
      onEnd(step);
    }
    left = left.filter((step) => !wave.includes(step));
  }
}

const NOBODY: Topology = { nodes: [] };

function isToldBefore(id: string, earlier: readonly ReplicateStep[]): boolean {
  return earlier.some(({ replica }) => replica.id === id);
}

/** Whether it would leave a shard that an earlier step brings a replica to, or where an earlier step brings itself. */
function waitsFor(
  step: ReplicateStep,
  {
    earlier,
    followed,
  }: { earlier: readonly ReplicateStep[]; followed: ReadonlyMap<string, string | undefined> },
): boolean {
  if (isToldBefore(step.replica.id, earlier)) return true;
  const primaryId = followed.get(step.replica.id);
  return earlier.some(({ primary }) => primary.id === primaryId && primaryId !== step.primary.id);
}

/** After a takeover its siblings have to find the way to their new primary. Links that were down before stay as they are. */
async function awaitSiblings(
  context: ApplyContext,
  {
    wave,
    basis,
    members,
  }: { wave: readonly ReplicateStep[] } & Pick<Stage<"replicate">, "basis" | "members">,
): Promise<void> {
  const leaving = new Set(wave.map((step) => step.replica.id));
  const before = await context.lookAt(members);
  const shardIds = new Set(
    wave.flatMap((step) => {
      const { role, primaryId } = nodeById(before, step.replica.id) ?? {};
      return role === "replica" && primaryId !== step.primary.id ? [primaryId] : [];
    }),
  );
  if (shardIds.size === 0) return;
  const siblings = reachedNodes(before).filter(
    ({ id, primaryId }) => !leaving.has(id) && shardIds.has(primaryId) && !wasDown(nodeById(basis, id)),
  );
  await pollUntil(context, {
    what: "replica-links",
    missing: async () => {
      const topology = await context.lookAt(siblings.flatMap(({ view }) => view?.address ?? []));
      return reachedNodes(topology)
        .filter(({ id, view }) => siblings.some((node) => node.id === id) && !view?.replication.linkUp)
        .flatMap(({ view }) => (view ? [formatAddress(view.address)] : []));
    },
    late: (missing, waitedMs) =>
      new DeadlinePassed(
        `Replicas are not linked to their primary after ${Math.round(waitedMs / 1000)} s, so no other one leaves their shard: ${missing.slice(0, 3).join(", ")}.`,
        { code: "replica-link-down", node: missing[0], hint: LINK_HINT },
      ),
  });
}

function wasDown(node: ClusterNode | undefined): boolean {
  return node?.role === "replica" && !isLinkedReplica(node);
}

async function replicateAll(
  context: ApplyContext,
  steps: readonly ReplicateStep[],
  conditionsOf: JudgedStage["conditionsOf"],
): Promise<void> {
  const hastened = steps.filter((step) => step.syncAtOnce).map((step) => step.primary.address);
  await withSetting(context, { nodes: hastened, setting: SYNC_AT_ONCE }, async () => {
    await waitUntil(context, steps, "nodes-to-join", (step, topology) => {
      const view = nodeById(topology, step.replica.id)?.view;
      return (
        view?.lines.some((line) => line.id === step.primary.id && !line.flags.includes("handshake")) ?? false
      );
    });
    const addresses = steps.flatMap(({ replica, primary }) => [replica.address, primary.address]);
    const distinct = new Map(addresses.map((address) => [formatAddress(address), address]));
    await awaitConditions(context, steps, { addresses: [...distinct.values()], conditionsOf });
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
}

const LINK_HINT =
  "A first sync of much data takes its time: --wait waits longer, and the same command goes on from here. " +
  "If it never comes up, look at the replica's log: primaryauth/masterauth, or the primary's port.";

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
          hint: LINK_HINT,
        },
      );
    },
  });
}
