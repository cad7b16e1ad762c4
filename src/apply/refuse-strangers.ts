import { formatAddress } from "../cluster/address.ts";
import { nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { Stale } from "../errors.ts";

/**
 * A MEET joins all that either side knows, and two clusters that have met cannot be told apart any more: so
 * right before it nobody may know nodes that the plan does not, and a newcomer may not hold keys.
 *
 * @throws Stale with the node that has come to know or hold something since the plan was made.
 */
export function refuseStrangers(
  now: Topology,
  { basis, memberIds }: { basis: Topology; memberIds: ReadonlySet<string> },
): void {
  const known = new Set([...memberIds, ...basis.nodes.map((node) => node.id)]);
  for (const { id, view } of reachedNodes(now)) {
    if (!view) continue;
    const stranger = view.lines.find((line) => !line.flags.includes("handshake") && !known.has(line.id));
    const wasMember = (nodeById(basis, id)?.view?.lines.length ?? 0) > 0;
    const gotKeys = !wasMember && view.lines.length === 0 && view.hasKeys;
    if (!stranger && !gotKeys) continue;
    const node = formatAddress(view.address);
    const what = stranger
      ? `knows ${stranger.address ? formatAddress(stranger.address) : stranger.id} by now`
      : "holds keys by now";
    throw new Stale(`${node} ${what}, so it is not introduced to the others.`, {
      code: "node-changed",
      node,
      hint: "Run the same command again to plan with the nodes as they are now.",
    });
  }
}
