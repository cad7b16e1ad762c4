import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import type { CreateMember } from "./create-member.ts";
import { formCluster } from "./form-cluster.ts";
import type { ClusterFileInput } from "./cluster-file-input.ts";
import type { Plan } from "./plan.ts";
import { reachCluster } from "./reach-cluster.ts";
import { refuseTwins } from "./refuse-twins.ts";
import { settingSteps } from "./setting-steps.ts";
import { settleShards } from "./settle-shards.ts";
import { shareSlots } from "./share-slots.ts";
import type { TargetShard } from "./target-shard.ts";

/**
 * One plan from the cluster as it is to the one that a file describes. What holds already is left out: a run that was
 * stopped anywhere is finished by planning again, and once all is as the file says the plan is empty.
 *
 * @throws Refused when the wish cannot be had, or not without a shard being left with fewer replicas than it has and
 *   than it is to have.
 */
export function planClusterFile(input: ClusterFileInput): Plan {
  refuseTwins(input.views);
  return input.isNew ? planNew(input) : reachCluster(input);
}

/** All nodes are empty, or an earlier run has just begun with them. */
function planNew({ views, wish, meetAddresses = new Map() }: ClusterFileInput): Plan {
  const blank = { nodes: views.flatMap(blankNode) };
  const targets = settleShards(blank, wish);
  const formed = formCluster({ views, members: layOut(views, targets), meetAddresses });
  const { steps, notes } = settingSteps(formed.basis.nodes, wish.settings);
  // Before the others, which lower some settings for a while and put back what they found.
  return {
    command: "plan",
    basis: formed.basis,
    steps: [...steps, ...formed.steps],
    notes: [...formed.notes, ...notes],
  };
}

/** What it has by now an earlier run has given it, by the same file. */
function blankNode(view: NodeView): Topology["nodes"] {
  const { id, address, busPort, hostname, configEpoch } = view.self;
  return [
    {
      id,
      address: view.address,
      announced: address,
      busPort,
      hostname,
      configEpoch,
      role: "primary",
      primaryId: undefined,
      slots: SlotSet.empty,
      flags: [],
      view,
      unreached: undefined,
    },
  ];
}

/** Each shard one range of slots, in the order of the file. */
function layOut(views: readonly NodeView[], targets: readonly TargetShard[]): CreateMember[] {
  const viewOf = new Map(views.map((view) => [view.self.id, view]));
  const shares = shareSlots({
    total: SlotSet.all.size,
    weights: targets.map(({ share }, index) => ({ id: placeName(index), weight: share })),
  });
  let first = 0;
  const shards = targets.map((target, index) => {
    const size = shares.get(placeName(index)) ?? 0;
    const slots = SlotSet.ofRanges([{ first, last: first + size - 1 }]);
    first += size;
    return { target, slots };
  });
  const members = shards.flatMap(({ target, slots }) => {
    const leadId = target.primaryId ?? target.memberIds[0];
    const primary = viewOf.get(leadId ?? "");
    return target.memberIds.flatMap((id) => {
      const view = viewOf.get(id);
      if (!view || !primary) return [];
      return [
        { view, primary: id === leadId ? undefined : primary, slots: id === leadId ? slots : SlotSet.empty },
      ];
    });
  });
  return [...members.filter((m) => !m.primary), ...members.filter((m) => m.primary)].map((member, place) => ({
    ...member,
    epoch: place + 1,
  }));
}

/** So that ties go to the shard that stands first. */
function placeName(index: number): string {
  return String(index).padStart(6, "0");
}
