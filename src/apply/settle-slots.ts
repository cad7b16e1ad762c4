import type { NodeView } from "../cluster/node-view.ts";
import { nodeById, replicasOf, type Topology } from "../cluster/topology.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { movedMeanwhile } from "./moved-meanwhile.ts";
import type { Stage } from "./stage.ts";

type SettleStep = StepOf<"settle-slot">;

/**
 * Makes sure that slots are with their owner, and closes them towards it where they may be open: a node that
 * takes itself for the owner is told who is, any other one just forgets that the slot was on its way.
 */
export async function settleSlots(
  context: ApplyContext,
  { steps, basis, onEnd }: Stage<"settle-slot">,
): Promise<void> {
  for (const step of steps) {
    const owner = await lookAtStepNode(context, step.owner);
    refuseOtherOwner(step, owner);
    for (const node of otherSides({ step, owner, basis })) await refuseKeysAt(context, { step, node });
    for (const node of step.openAt) await closeAt(context, { step, node, owner, basis });
    onEnd(step);
  }
}

/** Whoever may have got keys: those that have the slots open, and those that the owner was sending them to. */
function otherSides({
  step,
  owner,
  basis,
}: {
  step: SettleStep;
  owner: NodeView;
  basis: Topology;
}): NodeRef[] {
  const receivers = owner.self.openSlots.flatMap(({ slot, peerId }): NodeRef[] => {
    const address = step.slots.has(slot) ? nodeById(basis, peerId)?.view?.address : undefined;
    return address ? [{ id: peerId, address }] : [];
  });
  const sides = new Map([...step.openAt, ...receivers].map((node) => [node.id, node]));
  sides.delete(step.owner.id);
  return [...sides.values()];
}

/**
 * Keys that have come there meanwhile would be out of everybody's sight once the slots are closed. Those of the owner
 * are not: whoever has given it the last slot follows it from then on, and has what it has.
 */
async function refuseKeysAt(
  context: ApplyContext,
  { step, node }: { step: SettleStep; node: NodeRef },
): Promise<void> {
  const slots = [...step.slots];
  const counts = await context.clients.at(node.address).countKeys(slots);
  const held = slots.filter((_, index) => counts[index] !== 0);
  if (held.length === 0) return;
  const { self } = await lookAtStepNode(context, node);
  if (self.role === "primary" || self.primaryId !== step.owner.id) {
    refuse(step, node, held, "holds keys of slots");
  }
}

/** A replica forgets with its primary that a slot is on its way, also where only it still says so (Valkey 8). */
async function closeAt(
  context: ApplyContext,
  { step, node, owner, basis }: { step: SettleStep; node: NodeRef; owner: NodeView; basis: Topology },
): Promise<void> {
  const client = context.clients.at(node.address);
  const view = node.id === step.owner.id ? owner : await lookAtStepNode(context, node);
  // Who becomes a replica forgets its open slots, and is not to be told of slots any more.
  if (view.self.role === "replica") return;
  const slots = [...step.slots];
  const misowned = node.id === step.owner.id ? [] : slots.filter((slot) => view.self.slots.has(slot));
  await client.setSlotOwner(misowned, step.owner.id);
  const replicas = replicasOf(basis, node.id).flatMap((replica) => replica.view?.self.openSlots ?? []);
  const open = new Set([...view.self.openSlots, ...replicas].map(({ slot }) => slot));
  await client.closeSlots(slots.filter((slot) => open.has(slot) && !misowned.includes(slot)));
}

/**
 * A run at the same time may have gone on with the slots: they must not be closed towards one that gave
 * them away, or is about to.
 */
function refuseOtherOwner(step: SettleStep, { self }: NodeView): void {
  const slots = [...step.slots];
  refuse(
    step,
    step.owner,
    slots.filter((slot) => !self.slots.has(slot)),
    "does not own slots",
  );
  if (step.openAt.some(({ id }) => id === step.owner.id)) return;
  const leaving = new Set(self.openSlots.map(({ slot }) => slot));
  refuse(
    step,
    step.owner,
    slots.filter((slot) => leaving.has(slot)),
    "is sending away slots",
  );
}

function refuse(step: SettleStep, { address }: NodeRef, slots: readonly number[], what: string): void {
  if (slots.length === 0) return;
  const some = slots.slice(0, 5).join(", ");
  throw movedMeanwhile(address, `${what} ${some} by now, of ${step.slots} that were to be closed`);
}
