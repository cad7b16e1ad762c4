import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";

/** Gives slots to nodes that nobody knows yet. */
export async function assignSlots(
  context: ApplyContext,
  { steps, onEnd }: Stage<"assign-slots">,
): Promise<void> {
  await eachNode(steps, async (step) => {
    const view = await lookAtStepNode(context, step.node);
    await context.clients.at(step.node.address).addSlots(step.slots.minus(view.self.slots));
    onEnd(step);
  });
}

/**
 * Gives each new node a config epoch of its own, so that they need not settle collisions among themselves
 * one by one. Only a node that knows no other can be told; one that does settles it by itself.
 */
export async function setEpochs(context: ApplyContext, { steps, onEnd }: Stage<"set-epoch">): Promise<void> {
  await eachNode(steps, async (step) => {
    const view = await lookAtStepNode(context, step.node);
    const isSettable = view.lines.length === 0 && view.self.configEpoch === 0 && view.currentEpoch === 0;
    if (isSettable) await context.clients.at(step.node.address).setConfigEpoch(step.epoch);
    onEnd(step);
  });
}
