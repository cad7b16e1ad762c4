import { formatAddress } from "../cluster/address.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { DeadlinePassed, Stale } from "../errors.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { pollUntil } from "./poll-until.ts";

/**
 * Makes all nodes forget those that leave, each node in one round trip and all at once: gossip brings a
 * forgotten node back after 60 s (Redis and Valkey keep it on a blacklist for that long) unless by then
 * nobody speaks of it any more.
 */
export async function forgetNodes(context: ApplyContext, { steps, onEnd }: Stage<"forget">): Promise<void> {
  const leaversOf = new Map<
    string,
    { address: (typeof steps)[number]["by"][number]["address"]; ids: string[] }
  >();
  for (const step of steps) {
    for (const { address } of step.by) {
      const name = formatAddress(address);
      const entry = leaversOf.get(name) ?? { address, ids: [] };
      entry.ids.push(step.node.id);
      leaversOf.set(name, entry);
    }
  }
  const addresses = [...leaversOf.values()].map(({ address }) => address);
  const ids = steps.map((step) => step.node.id);
  const staying = await context.lookAt(addresses);
  refuseOwners(staying, ids);
  refuseFollowers(staying, ids);
  const tell = () =>
    eachNode([...leaversOf.values()], ({ address, ids }) => context.clients.at(address).forget(ids));
  await tell();
  await pollUntil(context, {
    what: "views-to-agree",
    missing: async () => {
      const knowing = whoKnows(await context.lookAt(addresses), ids);
      if (knowing.length > 0) await tell();
      return knowing;
    },
    late: (knowing, waitedMs) =>
      new DeadlinePassed(
        `After ${Math.round(waitedMs / 1000)} s some nodes still know a removed one: ${knowing.slice(0, 5).join(", ")}.`,
        {
          code: "not-forgotten",
          node: knowing[0],
          hint: "A node that was not told keeps spreading it: slotctl check names the nodes that do not answer. Then run the same command again.",
        },
      ),
  });
  for (const step of steps) onEnd(step);
}

function whoKnows(topology: Topology, ids: readonly string[]): string[] {
  return reachedNodes(topology).flatMap(({ view }) =>
    view?.lines.some((line) => ids.includes(line.id)) ? [formatAddress(view.address)] : [],
  );
}

/**
 * Makes nodes forget the cluster: they become empty primaries of their own.
 *
 * @throws Stale when one has got slots or a replica since the plan was made, belongs to another cluster by now, or has
 *   the last copy of a shard: the server itself only guards slots that hold keys.
 */
export async function resetNodes(
  context: ApplyContext,
  { steps, members, basis, onEnd }: Stage<"reset">,
): Promise<void> {
  const ids = steps.map((step) => step.node.id);
  const staying = await context.lookAt(members);
  refuseFollowers(staying, ids);
  await eachNode(steps, async (step) => {
    const view = await lookAtStepNode(context, step.node);
    const { self } = view;
    const node = formatAddress(step.node.address);
    refuseElsewhere(view, { staying, basis, ids });
    refuseLastCopy(view, { staying, ids });
    if (self.role === "primary" && self.slots.size > 0) throw changed(node, `owns slots ${self.slots}`);
    if (self.openSlots.length > 0) throw changed(node, "has open slots");
    await context.clients.at(step.node.address).reset();
    onEnd(step);
  });
}

/**
 * Whoever owns slots must not be forgotten: nobody would own them then. All views joined count, for one that
 * has not heard of the last moves yet would be wrong.
 */
function refuseOwners(topology: Topology, ids: readonly string[]): void {
  const owner = topology.nodes.find((node) => ids.includes(node.id) && node.slots.size > 0);
  if (owner) throw changed(nodeName(owner), `owns slots ${owner.slots}`);
}

/** A replica of a node that is gone would be lost with it, and cannot forget its primary. */
function refuseFollowers(topology: Topology, ids: readonly string[]): void {
  const follower = reachedNodes(topology).find(({ view }) => ids.includes(view?.self.primaryId ?? ""));
  if (!follower?.view) return;
  throw changed(formatAddress(follower.view.address), "follows a node that is to be removed");
}

/** It may have been removed by other means since, under the same id, and have joined another cluster. */
function refuseElsewhere(
  { lines, address }: NodeView,
  { staying, basis, ids }: Leaving & { readonly basis: Topology },
): void {
  const isOurs = (id: string) => [staying, basis].some((one) => nodeById(one, id)) || ids.includes(id);
  const stranger = lines.find(({ id, flags }) => !flags.includes("handshake") && !isOurs(id));
  if (stranger) {
    throw changed(formatAddress(address), `knows ${nodeName(stranger)}, which is no node of this cluster,`);
  }
}

/** A replica drops its data when it is reset, and its primary may have died since the plan was made. */
function refuseLastCopy({ self, lines, address }: NodeView, { staying, ids }: Leaving): void {
  const primary = lines.find(({ id }) => id === self.primaryId);
  if (!primary || primary.slots.size === 0 || ids.includes(primary.id)) return;
  const hasOther = reachedNodes(staying).some(
    ({ id, view }) => id === primary.id || view?.self.primaryId === primary.id,
  );
  if (!hasOther) {
    throw changed(formatAddress(address), `has all that is left of slots ${primary.slots}`);
  }
}

interface Leaving {
  readonly staying: Topology;
  readonly ids: readonly string[];
}

function changed(node: string, what: string): Stale {
  return new Stale(`${node} ${what} by now, so nothing more is removed.`, {
    code: "node-changed",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
}

/** Gives new ids to nodes that nobody knows; one that has another id and knows nobody has its new one. */
export async function renewIds(context: ApplyContext, { steps, onEnd }: Stage<"renew-id">): Promise<void> {
  await eachNode(steps, async (step) => {
    const client = context.clients.at(step.node.address);
    const look = await client.look();
    const isRenewed = "view" in look && look.view.self.id !== step.node.id && look.view.lines.length === 0;
    if (!isRenewed) {
      await lookAtStepNode(context, step.node);
      await client.reset({ newId: true });
    }
    onEnd(step);
  });
}
