import { formatAddress } from "./address.ts";
import type { NodeLine } from "./node-line.ts";
import type { NodeView } from "./node-view.ts";
import { SLOT_COUNT } from "./slot-set.ts";
import { reachedNodes, type Topology } from "./topology.ts";

/** Why a node is not yet at one with the others. */
export type Unsettled =
  /** It sees the cluster as down, so it refuses keys. */
  | { readonly why: "state-fail"; readonly node: string }
  /** It does not know a node that others know, or only from a handshake. */
  | { readonly why: "unknown-node"; readonly node: string; readonly about: string }
  /** It gives slots or roles to others than most nodes do. */
  | { readonly why: "other-view"; readonly node: string }
  /** A replica that does not receive its primary's writes. */
  | { readonly why: "link-down"; readonly node: string };

/**
 * What still keeps the nodes that answer from agreeing; nothing when every one of them reports `ok`, knows
 * all others, has the same slot owners and roles, and every replica's link is up. What cannot come right
 * because a node is missing is no disagreement: a replica without its primary has no link, and a cluster
 * with uncovered slots is down.
 */
export function unsettledIn(topology: Topology): Unsettled[] {
  const nodes = reachedNodes(topology);
  const views = nodes.flatMap((node) => (node.view ? [node.view] : []));
  const served = topology.nodes.filter((node) => node.view !== undefined || !node.flags.includes("fail"));
  const covered = served.reduce((sum, node) => sum + node.slots.size, 0) === SLOT_COUNT;
  const reachedIds = new Set(nodes.map((node) => node.id));
  return [
    ...unknownNodes(views),
    ...otherViews(views, reachedIds),
    ...views.flatMap((view) => ownTroubles(view, { covered, reachedIds })),
  ];
}

function ownTroubles(
  view: NodeView,
  { covered, reachedIds }: { covered: boolean; reachedIds: ReadonlySet<string> },
): Unsettled[] {
  const node = formatAddress(view.address);
  const troubles: Unsettled[] = [];
  if (view.clusterState === "fail" && covered) troubles.push({ why: "state-fail", node });
  const { primaryId } = view.self;
  if (!view.replication.linkUp && primaryId !== undefined && reachedIds.has(primaryId)) {
    troubles.push({ why: "link-down", node });
  }
  return troubles;
}

function unknownNodes(views: readonly NodeView[]): Unsettled[] {
  return views.flatMap((view) => {
    const known = new Set([view.self, ...view.lines.filter(isSettledLine)].map((line) => line.id));
    return views
      .filter((other) => !known.has(other.self.id))
      .map((other): Unsettled => ({
        why: "unknown-node",
        node: formatAddress(view.address),
        about: formatAddress(other.address),
      }));
  });
}

/** All nodes whose view is not the most common one. */
function otherViews(views: readonly NodeView[], reachedIds: ReadonlySet<string>): Unsettled[] {
  const signatures = views.map((view) => signatureOf(view, reachedIds));
  const counts = new Map<string, number>();
  for (const signature of signatures) counts.set(signature, (counts.get(signature) ?? 0) + 1);
  const [common] = [...counts].sort((a, b) => b[1] - a[1]);
  return views
    .filter((_, index) => signatures[index] !== common?.[0])
    .map((view): Unsettled => ({ why: "other-view", node: formatAddress(view.address) }));
}

/**
 * Who of the nodes that answer owns which slots and follows whom, in one node's eyes: equal texts are equal
 * views. The missing are left out, for a newcomer cannot get to know a node that is dead.
 */
function signatureOf(view: NodeView, reachedIds: ReadonlySet<string>): string {
  return [view.self, ...view.lines]
    .filter((line) => reachedIds.has(line.id))
    .map((line) => {
      const primaryId = reachedIds.has(line.primaryId ?? "") ? line.primaryId : "";
      return `${line.id} ${line.role} ${primaryId} ${line.slots}`;
    })
    .sort()
    .join("\n");
}

/** A handshake has a made-up id until it is over. */
function isSettledLine(line: NodeLine): boolean {
  return !line.flags.includes("handshake");
}
