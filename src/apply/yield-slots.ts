import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { DeadlinePassed } from "../errors.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { movedMeanwhile } from "./moved-meanwhile.ts";
import { pollUntil } from "./poll-until.ts";

export type ClaimStep = StepOf<"claim-slots">;

/**
 * Valkey 8 and later takes a slot for its own when it imports it from a node that tells anything new and not that it
 * owns the slot (seen with 9.1): there slots are only marked once the rival has heard of their owner.
 */
function marksLate({ engine }: NodeView): boolean {
  return engine === "valkey";
}

export async function yieldSlots(
  context: ApplyContext,
  { step, view }: { readonly step: ClaimStep; readonly view: NodeView },
): Promise<void> {
  const { self, address } = view;
  if (self.id === step.owner.id) return;
  const client = context.clients.at(address);
  const given = step.slots.intersect(self.slots);
  const sourceId = sourceFor(view, step);
  if (marksLate(view)) await client.dropSlots(given);
  else await client.giveUpSlots(given, sourceId);
  if (!isRival(step, view)) return;
  const others = step.slots.minus(given);
  const open = new Map(self.openSlots.map(({ slot, direction }) => [slot, direction]));
  const isClosed = (slot: number) => open.get(slot) === "migrating" || (marksLate(view) && open.has(slot));
  await client.closeSlots([...(marksLate(view) ? step.slots : others)].filter(isClosed));
  if (!marksLate(view)) await client.markImporting(others, sourceId);
}

/** Redis lets a node import from itself: that keeps keys in sight at one that has not met the owner yet. */
function sourceFor(view: NodeView, { owner }: ClaimStep): string {
  return knows(view, owner) ? owner.id : view.self.id;
}

/** Whether the node could be told of the other one. */
export function knows({ lines }: NodeView, { id }: NodeRef): boolean {
  return lines.some((line) => line.id === id && !line.flags.includes("handshake"));
}

/**
 * Who owned slots and held none of their keys may have got some since the plan was made. Nobody can write there any
 * more; it goes on importing slots of which it has keys, so that the next plan knows of them.
 */
export async function refuseLateKeys(
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
  throw movedMeanwhile(address, `has got keys of slots ${late} since the plan was made`);
}

export function isRival({ rivals }: ClaimStep, { self }: NodeView): boolean {
  return rivals.some(({ id }) => id === self.id);
}

/** Whoever finds the slots so knows that there are keys to be fetched, should this run die. */
export async function markLate(
  context: ApplyContext,
  { step, rival }: { readonly step: ClaimStep; readonly rival: NodeRef },
): Promise<void> {
  const view = await lookAtStepNode(context, rival);
  // To one that does not know the owner the slots are nobody's, and stay so: it imports them when its keys are fetched.
  if (!marksLate(view) || !knows(view, step.owner)) return;
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
