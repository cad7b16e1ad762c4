import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import type { MeetPeer, StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";
import { refuseStrangers } from "./refuse-strangers.ts";
import { waitForAgreement } from "./wait-for-agreement.ts";

/** A handshake that was not answered is given up by the node itself after its timeout: then it is told again. */
const MEET_AGAIN_MS = 1500;

/** Makes nodes known to each other, and waits until each one knows all others of the stage. */
export async function meetNodes(
  context: ApplyContext,
  { steps, basis, onEnd }: Stage<"meet">,
): Promise<void> {
  const members = new Map(
    steps.flatMap((step) => [step.node, ...step.peers]).map((ref) => [ref.id, ref.address]),
  );
  refuseStrangers(await context.lookAt([...members.values()]), { basis, memberIds: new Set(members.keys()) });
  let toldMs = -Infinity;
  const lookAt: ApplyContext["lookAt"] = async (addresses) => {
    const topology = await context.lookAt(addresses);
    if (context.clock.nowMs() - toldMs >= MEET_AGAIN_MS) {
      toldMs = context.clock.nowMs();
      const viewOf = new Map(
        topology.nodes.flatMap((node) => (node.view ? [[node.id, node.view] as const] : [])),
      );
      await tellAll(context, { steps, viewOf });
    }
    return topology;
  };
  await waitForAgreement({ ...context, lookAt }, [...members.values()], { reasons: ["unknown-node"] });
  for (const step of steps) onEnd(step);
}

async function tellAll(
  context: ApplyContext,
  { steps, viewOf }: { steps: readonly StepOf<"meet">[]; viewOf: ReadonlyMap<string, NodeView> },
): Promise<void> {
  await eachNode(steps, async (step) => {
    const view = viewOf.get(step.node.id);
    const strangers = step.peers.filter((peer) => !view || !knows(view, peer));
    if (strangers.length > 0) await context.clients.at(step.node.address).meet(strangers);
  });
}

/** Known, or about to be: a handshake under way must not be started again, or it begins from the start. */
function knows(view: NodeView, peer: MeetPeer): boolean {
  return view.lines.some(
    (line) =>
      line.id === peer.id ||
      (line.flags.includes("handshake") &&
        line.address !== undefined &&
        formatAddress(line.address) === formatAddress(peer.announced)),
  );
}
