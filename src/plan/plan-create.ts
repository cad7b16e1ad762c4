import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { CreateMember, CreateWish } from "./create-member.ts";
import { formCluster } from "./form-cluster.ts";
import { type MeetAddresses, reachableAt } from "./meet-peer.ts";
import { refuseTooFewNodes } from "./refuse-too-few-nodes.ts";
import { refuseTwins } from "./refuse-twins.ts";
import type { Plan } from "./plan.ts";
import { splitSlots } from "./split-slots.ts";
import { spreadReplicas } from "./spread-replicas.ts";

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
  const formed = formCluster({ views, members, meetAddresses });
  return {
    command: "create",
    basis: formed.basis,
    steps: formed.steps,
    notes: [{ kind: "placement", reached: placement.reached }, ...formed.notes],
  };
}

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
