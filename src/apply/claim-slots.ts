import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
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
  { steps, members, basis, onEnd }: Stage<"claim-slots">,
): Promise<void> {
  const seen = reachedNodes(await context.lookAt(members)).flatMap(({ view }) => (view ? [view] : []));
  const views = [...seen, ...(await lookAtSilent(context, { steps, seen, basis }))];
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
    throw staleAt(address, `owns slots ${slots} by now`);
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
  const given = step.slots.intersect(self.slots);
  if (marksLate(view)) await client.dropSlots(given);
  else await client.giveUpSlots(given, step.owner.id);
  if (!isRival(step, view)) return;
  const others = step.slots.minus(given);
  const open = new Map(self.openSlots.map(({ slot, direction }) => [slot, direction]));
  const isClosed = (slot: number) => open.get(slot) === "migrating" || (marksLate(view) && open.has(slot));
  await client.closeSlots([...(marksLate(view) ? step.slots : others)].filter(isClosed));
  if (!marksLate(view)) await client.markImporting(others, step.owner.id);
}

/**
 * Who owned slots and held none of their keys may have got some since the plan was made. Nobody can write there any
 * more; it goes on importing slots of which it has keys, so that the next plan knows of them.
 */
async function refuseLateKeys(
  context: ApplyContext,
  { step, view }: { readonly step: ClaimStep; readonly view: NodeView },
): Promise<void> {
  const { self, address } = view;
  const given = [...step.slots.intersect(self.slots)];
  if (self.id === step.owner.id || isRival(step, view) || given.length === 0) return;
  const client = context.clients.at(address);
  const counts = await client.countKeys(given);
  const late = SlotSet.of(given.filter((_, index) => counts[index] !== 0));
  if (!marksLate(view)) await client.closeSlots(given.filter((slot) => !late.has(slot)));
  if (late.size === 0) return;
  await markLate(context, { step: { ...step, slots: late }, rival: { id: self.id, address } });
  throw staleAt(address, `has got keys of slots ${late} since the plan was made`);
}

function isRival({ rivals }: ClaimStep, { self }: NodeView): boolean {
  return rivals.some(({ id }) => id === self.id);
}

function staleAt(address: Address, what: string): Stale {
  const node = formatAddress(address);
  return new Stale(`${node} ${what}.`, {
    code: "slots-moved-meanwhile",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
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
    if (!isRival(step, view) && agrees(view, { owner, slots })) return;
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
