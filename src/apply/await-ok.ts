import { type Address, formatAddress } from "../cluster/address.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Stage } from "./stage.ts";
import { waitForAgreement } from "./wait-for-agreement.ts";
import { withSetting } from "./with-setting.ts";

/**
 * A primary that has just got its slots refuses writes for as long as cluster-node-timeout, 5 s at the most
 * and half a second at the least, in case it was only cut off from a cluster that has moved on. A new
 * cluster has nothing to move on from, so its primaries need not wait. Nobody else would choose this very
 * value: it tells a run that was killed.
 */
const SHORTEST_DELAY = { name: "cluster-node-timeout", value: 503 } as const;
/** The servers' default. */
const USUAL_NODE_TIMEOUT_MS = 15_000;

/** Waits until new primaries take writes. They have no replicas yet, so nothing can fail over meanwhile. */
export async function awaitOk(
  context: ApplyContext,
  { steps, members, onEnd }: Stage<"await-ok">,
): Promise<void> {
  const nodes = steps.map((step) => step.node.address);
  await eachNode(nodes, (address) => putBackLeftOver(context, address));
  await waitForAgreement(context, members, { reasons: ["unknown-node", "other-view"] });
  const refusing = reachedNodes(await context.lookAt(nodes)).flatMap(({ view }) =>
    view?.clusterState === "fail" ? [view.address] : [],
  );
  await withSetting(context, { nodes: refusing, setting: SHORTEST_DELAY }, () =>
    waitForAgreement(context, nodes, { reasons: ["state-fail"] }),
  );
  for (const step of steps) onEnd(step);
}

/** What a run that was killed in this step could not put back; what it was before, nobody knows any more. */
async function putBackLeftOver({ clients, emit }: ApplyContext, address: Address): Promise<void> {
  const { name, value } = SHORTEST_DELAY;
  const node = formatAddress(address);
  try {
    if ((await clients.at(address).getConfig(name)) !== String(value)) return;
    await clients.at(address).setConfig(name, String(USUAL_NODE_TIMEOUT_MS));
    const message = `${node} was left with ${name} ${value} by an earlier run; it has the usual ${USUAL_NODE_TIMEOUT_MS} now.`;
    emit({ event: "warning", node, message });
  } catch (error) {
    // A node may forbid CONFIG: then no earlier run has changed it either.
    if (!(error instanceof NodeFailed)) throw error;
  }
}
