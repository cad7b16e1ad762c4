import { joinViews } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { PRIMARIES_FOR_MAJORITY, type Topology } from "../cluster/topology.ts";
import type { CreateMember } from "./create-member.ts";
import { knowEachOther, type MeetAddresses, meetPeerOf } from "./meet-peer.ts";
import { refOfView } from "./node-ref.ts";
import { refuseUnfitNodes } from "./refuse-unfit-nodes.ts";
import type { PlanNote } from "./plan.ts";
import type { Step } from "./step.ts";

/**
 * The steps that make a cluster of empty nodes, each of which is told what becomes of it. What an earlier run has
 * done already is left out.
 *
 * @throws Refused when nodes hold data, know nodes that were not given, or are part of a cluster that is laid out
 * otherwise; it names all nodes that are in the way.
 */
export function formCluster({
  views,
  members,
  meetAddresses,
}: {
  /** In the order given. */
  readonly views: readonly NodeView[];
  /** Primaries first. */
  readonly members: readonly CreateMember[];
  readonly meetAddresses: MeetAddresses;
}): { readonly basis: Topology; readonly steps: readonly Step[]; readonly notes: readonly PlanNote[] } {
  const before = [
    ...members.flatMap(assignSlots),
    ...members.flatMap(setEpoch),
    ...meetAll(views, meetAddresses),
  ];
  const after = members.flatMap(replicate);
  const isFormed = before.length + after.length === 0 && views.every((view) => view.clusterState === "ok");
  const steps = isFormed ? [] : [...before, ...members.flatMap(awaitOk), ...after];
  refuseUnfitNodes({ members, meetAddresses, isDone: isFormed });
  const notes: PlanNote[] = [];
  const primaries = members.filter(({ primary }) => !primary).length;
  if (primaries < PRIMARIES_FOR_MAJORITY) notes.push({ kind: "no-automatic-failover", primaries });
  if (!isFormed) notes.push({ kind: "lowers-settings", settings: LOWERED });
  if (!isFormed && views.some(wasBegun)) notes.push({ kind: "continues-earlier-run", slots: "" });
  return { basis: joinViews(views.map((view) => ({ address: view.address, view }))), steps, notes };
}

/** What `await-ok` and `replicate` lower on nodes that nobody uses yet. */
const LOWERED = ["cluster-node-timeout 503", "repl-diskless-sync-delay 0"] as const;

function assignSlots({ view, slots }: CreateMember): Step[] {
  const missing = slots.minus(view.self.slots);
  return missing.size === 0 ? [] : [{ kind: "assign-slots", node: refOfView(view), slots: missing }];
}

/**
 * A server takes an epoch only while it knows nobody and has none. What it has then may be that of another
 * node; the nodes settle that among themselves once they have met.
 */
function setEpoch({ view, epoch }: CreateMember): Step[] {
  const isSettable = view.lines.length === 0 && view.self.configEpoch === 0;
  return isSettable ? [{ kind: "set-epoch", node: refOfView(view), epoch }] : [];
}

/** Everybody meets everybody, for gossip alone takes seconds to spread the word. */
function meetAll(views: readonly NodeView[], meetAddresses: MeetAddresses): Step[] {
  return views.flatMap((view, index): Step[] => {
    const peers = views
      .slice(index + 1)
      .filter((peer) => !knowEachOther([view, peer]))
      .map((peer) => meetPeerOf({ view: peer, meetAddresses }));
    return peers.length === 0 ? [] : [{ kind: "meet", node: refOfView(view), peers }];
  });
}

/** Before there are replicas: nothing may fail over while the node timeout is short. */
function awaitOk({ view, primary }: CreateMember): Step[] {
  return primary ? [] : [{ kind: "await-ok", node: refOfView(view) }];
}

function replicate({ view, primary }: CreateMember): Step[] {
  if (!primary || view.self.primaryId === primary.self.id) return [];
  return [{ kind: "replicate", replica: refOfView(view), primary: refOfView(primary), syncAtOnce: true }];
}

/** An epoch tells nothing: a soft reset leaves it behind. */
function wasBegun({ self, lines }: NodeView): boolean {
  return self.slots.size > 0 || self.role === "replica" || lines.length > 0;
}
