import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type OpenSlotAt, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { repairHint } from "./repair-hint.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { StuckReason } from "./settle-open-slot.ts";

export interface StuckSlot {
  readonly slot: number;
  readonly reports: readonly OpenSlotAt[];
  readonly why: StuckReason;
}

/** Says which slots cannot be finished, who says what of them, and why that leaves no safe way on. */
export function openSlotsRefusal({
  topology,
  stuck,
}: {
  readonly topology: Topology;
  readonly stuck: readonly StuckSlot[];
}): Refused {
  const groups = Map.groupBy(
    stuck,
    ({ why, reports }) => `${sayings(topology, reports)}; ${STUCK_TEXTS[why]}`,
  );
  const told = [...groups].map(([what, slots]) => {
    const set = SlotSet.of(slots.map(({ slot }) => slot));
    return `Slot${set.size === 1 ? "" : "s"} ${set.toString()}: ${what}.`;
  });
  const more = told.length > TOLD_MAX ? [`${told.length - TOLD_MAX} more such groups of slots.`] : [];
  return new Refused(
    [
      "An earlier run left slots open that cannot be finished safely.",
      ...told.slice(0, TOLD_MAX),
      ...more,
    ].join(" "),
    { code: "slots-open", hint: repairHint(topology) },
  );
}

const TOLD_MAX = 3;

/** Of one slot, as a clause. */
const STUCK_TEXTS: Readonly<Record<StuckReason, string>> = {
  "no-owner": "no node owns it",
  "owner-not-reached": "the owner does not answer",
  "peer-not-usable": "the other side is unknown, does not answer or is no primary",
  "more-than-two-sides": "more than two nodes are involved",
  "reports-contradict": "these contradict each other",
  "keys-at-a-third-node": "a third node may hold keys of it",
  "keys-where-it-does-not-import": "the other side may hold keys of it without importing it",
  "keys-left-behind": "the node that gave it away may still hold keys of it",
};

function sayings(topology: Topology, reports: readonly OpenSlotAt[]): string {
  const said = reports.map(({ node, direction, peerId }) => {
    const peer = nodeById(topology, peerId) ?? { id: peerId, address: undefined };
    const way = direction === "importing" ? "importing from" : "migrating to";
    return `${nodeName(node)} says ${way} ${nodeName(peer)}`;
  });
  return said.join(", ");
}
