import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import type { NodeRef } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { movedMeanwhile } from "./moved-meanwhile.ts";
import type { Stage } from "./stage.ts";
import { type ClaimStep, isRival, knows, markLate, refuseLateKeys, yieldSlots } from "./yield-slots.ts";

/**
 * Gives slots to their owners. Everybody else gives up his claims first, of all steps: as soon as a node hears of an
 * owner with a newer epoch it deletes the keys of slots that it takes for its own, and an owner tells of all that it
 * claims. Then each owner takes its slots as if it had imported them, which gives it an epoch above all others. Then
 * the other primaries are told, for who thinks that nobody owns a slot, and imports it, does not hear of it by gossip.
 */
export async function claimSlots(
  context: ApplyContext,
  { steps, members, basis, onEnd }: Stage<"claim-slots">,
): Promise<void> {
  const seen = reachedNodes(await context.lookAt(members)).flatMap(({ view }) => (view ? [view] : []));
  const views = [...seen, ...(await lookAtSilent(context, { steps, seen, basis }))];
  const primaries = views.filter(({ self }) => self.role === "primary");
  for (const step of steps) refuseNewRivals(step, primaries);
  for (const step of steps) {
    for (const view of primaries) await yieldSlots(context, { step, view });
  }
  for (const step of steps) await correctViews(context, { step, views });
  for (const step of steps) await takeSlots(context, { step, primaries });
  for (const step of steps) {
    await tellOthers(context, { step, primaries });
    for (const rival of step.rivals) await markLate(context, { step, rival });
    onEnd(step);
  }
  for (const step of steps) {
    for (const view of primaries) await refuseLateKeys(context, { step, view });
  }
}

/**
 * Who does not answer cannot give up his claims, and would delete his keys as soon as he heard of the new owner.
 *
 * @returns those that answer the second time.
 * @throws NodeFailed when one does not.
 */
async function lookAtSilent(
  context: ApplyContext,
  {
    steps,
    seen,
    basis,
  }: { readonly steps: readonly ClaimStep[]; readonly seen: readonly NodeView[]; readonly basis: Topology },
): Promise<NodeView[]> {
  const seenIds = new Set(seen.map(({ self }) => self.id));
  const claimantIds = new Set(steps.flatMap((step) => [...claimantsOf(step)]));
  const silent = reachedNodes(basis).filter(({ id }) => claimantIds.has(id) && !seenIds.has(id));
  const views: NodeView[] = [];
  for (const { id, view } of silent) {
    if (view) views.push(await lookAtStepNode(context, { id, address: view.address }));
  }
  return views;
}

/** Whoever owned some of the slots, or held keys of them, when the plan was made. */
function claimantsOf({ rivals, why }: ClaimStep): ReadonlySet<string> {
  const claims = (why?.slots ?? []).flatMap((evidence) => evidence.claims);
  return new Set([...rivals.map(({ id }) => id), ...claims.map(({ nodeId }) => nodeId)]);
}

/** Whoever has come to claim a slot since the plan was made may have got keys with it. */
function refuseNewRivals(step: ClaimStep, primaries: readonly NodeView[]): void {
  const claimantIds = claimantsOf(step);
  for (const { self, address } of primaries) {
    const slots = self.slots.intersect(step.slots);
    if (self.id === step.owner.id || claimantIds.has(self.id) || slots.size === 0) continue;
    throw movedMeanwhile(address, `owns slots ${slots} by now`);
  }
}

/**
 * Whoever still gives a slot to somebody who has given it up would tell its new owner so, as soon as that one has got a
 * newer epoch for something else, and the owner would delete its keys. A replica takes no SETSLOT; it hears of the
 * owner once nobody has the slot in its view.
 */
async function correctViews(
  context: ApplyContext,
  { step, views }: { readonly step: ClaimStep; readonly views: readonly NodeView[] },
): Promise<void> {
  await eachNode(views, async (view) => {
    const { self, lines, address } = view;
    const others = lines.filter(({ id, role }) => role === "primary" && id !== step.owner.id);
    const misgiven = SlotSet.ofRanges(others.flatMap(({ slots }) => slots.intersect(step.slots).ranges));
    if (self.id === step.owner.id || misgiven.size === 0) return;
    const client = context.clients.at(address);
    if (self.role === "replica" || !knows(view, step.owner)) await client.dropSlots(misgiven);
    else await client.setSlotOwner(misgiven, step.owner.id);
  });
}

async function takeSlots(
  context: ApplyContext,
  { step, primaries }: { readonly step: ClaimStep; readonly primaries: readonly NodeView[] },
): Promise<void> {
  const { owner, slots } = step;
  const { self, lines } = await lookAtStepNode(context, owner);
  const client = context.clients.at(owner.address);
  const missing = slots.minus(self.slots);
  const had = slots.intersect(self.slots);
  const open = new Set(self.openSlots.map(({ slot }) => slot));
  // Also of what it does not own yet: a slot that it says is on its way would still be so once it is its own.
  await client.closeSlots([...slots].filter((slot) => open.has(slot)));
  if (missing.size > 0) {
    const peer = lines.find(({ role, flags }) => role === "primary" && !flags.includes("handshake"));
    if (!peer) throw knowsNobody(owner);
    await client.markImporting(missing, peer.id);
    await client.setSlotOwner(missing, owner.id);
  }
  const isContested = primaries.some(
    (view) => view.self.id !== owner.id && !agrees(view, { owner, slots: had }),
  );
  if (isContested) await client.bumpEpoch();
}

/** Whether the view gives all of these slots to the owner. */
function agrees(
  view: NodeView,
  { owner, slots }: { readonly owner: NodeRef; readonly slots: SlotSet },
): boolean {
  const line = view.lines.find(({ id }) => id === owner.id);
  return slots.minus(line?.slots ?? SlotSet.empty).size === 0;
}

async function tellOthers(
  context: ApplyContext,
  { step, primaries }: { readonly step: ClaimStep; readonly primaries: readonly NodeView[] },
): Promise<void> {
  const { owner, slots } = step;
  const others = primaries.filter(({ self }) => self.id !== owner.id);
  await eachNode(others, async (view) => {
    // Who does not know the owner is introduced to it afterwards, and hears of it then.
    if (!knows(view, owner) || (!isRival(step, view) && agrees(view, { owner, slots }))) return;
    await context.clients.at(view.address).setSlotOwner(slots, owner.id);
  });
}

function knowsNobody({ address }: NodeRef): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(`${node} knows no other primary any more, and cannot take slots.`, {
    code: "node-changed",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
}
