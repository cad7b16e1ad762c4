import { joinViews } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { PRIMARIES_FOR_MAJORITY } from "../cluster/topology.ts";
import type { CreateMember, CreateWish } from "./create-member.ts";
import { knowEachOther, type MeetAddresses, meetPeerOf, reachableAt } from "./meet-peer.ts";
import { refOfView } from "./node-ref.ts";
import { refuseTooFewNodes } from "./refuse-too-few-nodes.ts";
import { refuseTwins } from "./refuse-twins.ts";
import { refuseUnfitNodes } from "./refuse-unfit-nodes.ts";
import type { Plan, PlanNote } from "./plan.ts";
import { splitSlots } from "./split-slots.ts";
import { spreadReplicas } from "./spread-replicas.ts";
import type { Step } from "./step.ts";

/**
 * How to form a cluster of empty nodes. `views` are the nodes' own, in the order they were given.
 *
 * What an earlier run of the same command has done already is left out, so a run that died is finished by
 * running it again, and of a cluster that is formed like this nothing is left to do.
 *
 * @throws Refused when nodes are too few, are given twice, hold data, know nodes that were not given, or
 * are part of a cluster that is laid out otherwise; it names all nodes that are in the way.
 */
export function planCreate(input: {
  readonly views: readonly NodeView[];
  readonly wish: CreateWish;
  readonly meetAddresses?: MeetAddresses;
}): Plan {
  const { views, wish, meetAddresses = new Map() } = input;
  refuseTooFewNodes(views.length, wish);
  refuseTwins(views);
  const hosts = views.map((view) => reachableAt(view, meetAddresses).host);
  const placement = spreadReplicas({ hosts, replicasPerPrimary: wish.replicasPerPrimary });
  const members = layOut(views, placement);
  const before = [
    ...members.flatMap(assignSlots),
    ...members.flatMap(setEpoch),
    ...meetAll(views, meetAddresses),
  ];
  const after = members.flatMap(replicate);
  const isFormed = before.length + after.length === 0 && views.every((view) => view.clusterState === "ok");
  const steps = isFormed ? [] : [...before, ...members.flatMap(awaitOk), ...after];
  refuseUnfitNodes({ members, meetAddresses, isDone: isFormed });
  const notes: PlanNote[] = [{ kind: "placement", reached: placement.reached }];
  const primaries = placement.primaries.length;
  if (primaries < PRIMARIES_FOR_MAJORITY) notes.push({ kind: "no-automatic-failover", primaries });
  if (!isFormed) notes.push({ kind: "lowers-settings", settings: LOWERED });
  if (!isFormed && views.some(wasBegun)) notes.push({ kind: "continues-earlier-run", slots: "" });
  const basis = joinViews(views.map((view) => ({ address: view.address, view })));
  return { command: "create", basis, steps, notes };
}

/** What `await-ok` and `replicate` lower on nodes that nobody uses yet. */
const LOWERED = ["cluster-node-timeout 503", "repl-diskless-sync-delay 0"] as const;

/** Primaries in the order given, then replicas in the order given. */
function layOut(views: readonly NodeView[], placement: ReturnType<typeof spreadReplicas>): CreateMember[] {
  const shares = splitSlots(placement.primaries.length);
  const shareOf = new Map(placement.primaries.map((index, place) => [index, shares[place]]));
  const members = views.map((view, index) => {
    const primary = views[placement.primaryOf.get(index) ?? -1];
    return { view, primary, slots: shareOf.get(index) ?? SlotSet.empty };
  });
  return [...members.filter((m) => !m.primary), ...members.filter((m) => m.primary)].map((member, place) => ({
    ...member,
    epoch: place + 1,
  }));
}

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
