import { unreachedCode } from "../cluster/how-unreached.ts";
import { nodeName } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { ownersOf, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { reachHint } from "./reach-hint.ts";
import { repairHint, seedOf } from "./repair-hint.ts";

/**
 * Before all slots are shared out anew.
 *
 * @throws Refused while slots have no owner, or one that does not answer.
 */
export function refuseUnreadyOwners(topology: Topology): void {
  refuseUnownedSlots(topology);
  refuseUnreachedOwners(topology);
}

function refuseUnownedSlots(topology: Topology): void {
  const owned = SlotSet.ofRanges(topology.nodes.flatMap(({ slots }) => slots.ranges));
  const unowned = SlotSet.all.minus(owned);
  if (unowned.size === 0) return;
  throw new Refused(
    `Nobody owns the slots ${unowned.toString()}, so there is no even share of them to give.`,
    {
      code: "slots-uncovered",
      hint: repairHint(topology),
    },
  );
}

function refuseUnreachedOwners(topology: Topology): void {
  const silent = ownersOf(topology).filter(({ view }) => !view);
  const [first] = silent;
  if (!first) return;
  const told = silent.map((node) => `${nodeName(node)} (${whyUnreached(node)})`);
  throw new Refused(`Shards that own slots do not answer: ${told.join(", ")}.`, {
    code: unreachedCode(first),
    node: nodeName(first),
    hint: reachHint(
      first,
      `Bring them back, or let a replica take over; this tells what is possible: slotctl check ${seedOf(topology)}`,
    ),
  });
}
