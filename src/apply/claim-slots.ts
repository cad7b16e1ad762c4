import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { DeadlinePassed, NodeFailed, Stale } from "../errors.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { pollUntil } from "./poll-until.ts";
import type { Stage } from "./stage.ts";

type ClaimStep = StepOf<"claim-slots">;

/**
 * Gives slots to their owners. Everybody else gives up his claims first, of all steps: as soon as a node hears of an
 * owner with a newer epoch it deletes the keys of slots that it takes for its own, and an owner tells of all that it
 * claims. Then each owner takes its slots as if it had imported them, which gives it an epoch above all others. Then
 * the other primaries are told, for who thinks that nobody owns a slot, and imports it, does not hear of it by gossip.
 */
export async function claimSlots(
  context: ApplyContext,
  { steps, members, onEnd }: Stage<"claim-slots">,
): Promise<void> {
  const views = reachedNodes(await context.lookAt(members)).flatMap(({ view }) => (view ? [view] : []));
  const primaries = views.filter(({ self }) => self.role === "primary");
  for (const step of steps) refuseNewRivals(step, primaries);
  for (const step of steps) {
    for (const view of primaries) await yieldSlots(context, { step, view });
  }
  for (const step of steps) await takeSlots(context, { step, primaries });
  for (const step of steps) {
    await tellOthers(context, { step, primaries });
    for (const rival of step.rivals) await markLate(context, { step, rival });
    onEnd(step);
  }
}

/** Whoever has come to claim a slot since the plan was made may have got keys with it. */
function refuseNewRivals(step: ClaimStep, primaries: readonly NodeView[]): void {
  const expected = new Set([step.owner.id, ...step.rivals.map(({ id }) => id)]);
  const claimed = new Set(step.why?.slots.flatMap(({ claims }) => claims.map(({ nodeId }) => nodeId)));
  for (const { self, address } of primaries) {
    const slots = self.slots.intersect(step.slots);
    if (expected.has(self.id) || claimed.has(self.id) || slots.size === 0) continue;
    const node = formatAddress(address);
    throw new Stale(`${node} owns slots ${slots} by now.`, {
      code: "slots-moved-meanwhile",
      node,
      hint: "Run the same command again to plan with the cluster as it is now.",
    });
  }
}

/**
 * Valkey 8 and later takes a slot for its own when it imports it from a node that tells anything new and not that it
 * owns the slot (seen with 9.1): there slots are only marked once the rival has heard of their owner.
 */
function marksLate({ engine }: NodeView): boolean {
  return engine === "valkey";
}

async function yieldSlots(
  context: ApplyContext,
  { step, view }: { readonly step: ClaimStep; readonly view: NodeView },
): Promise<void> {
  const { self, address } = view;
  if (self.id === step.owner.id) return;
  const client = context.clients.at(address);
  await client.dropSlots(step.slots.intersect(self.slots));
  if (!step.rivals.some(({ id }) => id === self.id)) return;
  const open = new Map(self.openSlots.map(({ slot, direction }) => [slot, direction]));
  const isClosed = (slot: number) => open.get(slot) === "migrating" || (marksLate(view) && open.has(slot));
  await client.closeSlots([...step.slots].filter(isClosed));
  if (!marksLate(view)) await client.markImporting(step.slots, step.owner.id);
}

/** Whoever finds the slots so knows that there are keys to be fetched, should this run die. */
async function markLate(
  context: ApplyContext,
  { step, rival }: { readonly step: ClaimStep; readonly rival: NodeRef },
): Promise<void> {
  if (!marksLate(await lookAtStepNode(context, rival))) return;
  const name = formatAddress(rival.address);
  await pollUntil(context, {
    what: "views-to-agree",
    missing: async () => {
      const [owner, there] = await Promise.all([
        lookAtStepNode(context, step.owner),
        lookAtStepNode(context, rival),
      ]);
      const heard = there.lines.find(({ id }) => id === step.owner.id);
      const hasHeard =
        heard !== undefined &&
        heard.configEpoch >= owner.self.configEpoch &&
        step.slots.minus(heard.slots).size === 0;
      return hasHeard ? [] : [name];
    },
    late: (_, waitedMs) =>
      new DeadlinePassed(
        `${name} has not heard of the new owner of slots ${step.slots} after ${Math.round(waitedMs / 1000)} s.`,
        {
          code: "no-agreement",
          node: name,
          hint: "Look at its bus port. Then run the same command again, with --deep: keys of these slots are still there.",
        },
      ),
  });
  await context.clients.at(rival.address).markImporting(step.slots, step.owner.id);
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
  await client.closeSlots([...had].filter((slot) => open.has(slot)));
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
    const isRival = step.rivals.some(({ id }) => id === view.self.id);
    if (!isRival && agrees(view, { owner, slots })) return;
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
