import type { KeyConflict } from "../cluster/key-conflict.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { suspectSlots } from "../cluster/suspect-slots.ts";
import { type ClusterNode, ownsSlots, primariesOf, type Topology } from "../cluster/topology.ts";
import { settleRule } from "./newest-replica.ts";
import { refOf } from "./node-ref.ts";
import { repairRefusal, type StuckSlotRepair } from "./repair-refusal.ts";
import { repairSlot, type RepairWish, type SlotVerdict } from "./repair-slot.ts";
import { shareSlotsLevel } from "./share-slots-level.ts";
import { type SlotFacts, SlotFactsReader } from "./slot-facts.ts";
import type { StepOf } from "./step.ts";

export interface SlotRepairs {
  /** Owners take their slots; this comes first, for a cluster with uncovered slots lets no keys travel. */
  readonly claims: readonly StepOf<"claim-slots">[];
  /** Then keys go to them. */
  readonly gathers: readonly StepOf<"gather-keys">[];
  /** Then whoever has them open forgets it. */
  readonly closings: readonly StepOf<"settle-slot">[];
  /** Open slots that are finished in the usual way. */
  readonly usual: SlotSet;
  readonly facts: SlotFactsReader;
}

/**
 * Decides about every slot with something wrong about it.
 *
 * @throws Refused when keys could be lost that nobody has said may be.
 */
export function repairSlots({
  topology,
  conflicts,
  within,
  wish,
}: {
  readonly topology: Topology;
  readonly conflicts: readonly KeyConflict[];
  readonly within: SlotSet;
  readonly wish: RepairWish;
}): SlotRepairs {
  const reader = new SlotFactsReader(topology, conflicts);
  const decided = [...suspectSlots(topology).intersect(within)].map((slot) => {
    const facts = reader.of(slot);
    return { facts, verdict: repairSlot(topology, { facts, wish }) };
  });
  const stuck = decided.flatMap(({ facts, verdict }): StuckSlotRepair[] =>
    verdict.kind === "stuck" ? [{ facts, why: verdict.why, nodes: verdict.nodes }] : [],
  );
  if (stuck.length > 0) throw repairRefusal({ topology, stuck });
  const taken = withOwners(topology, decided.flatMap(takenIn));
  const groups = [...Map.groupBy(taken, wayOf).values()];
  return {
    claims: groups.flatMap((group) => claimStep(group, reader)),
    gathers: groups.flatMap((group) => gatherSteps(group, { reader, wish })),
    closings: groups.flatMap((group) => closingStep(group, reader)),
    usual: SlotSet.of(
      decided.flatMap(({ facts, verdict }) => (verdict.kind === "settle" ? [facts.slot] : [])),
    ),
    facts: reader,
  };
}

type Verdict = Extract<SlotVerdict, { kind: "take" }>;

interface Undecided {
  readonly facts: SlotFacts;
  readonly verdict: Verdict;
}

interface Taken extends Undecided {
  readonly owner: ClusterNode;
}

function takenIn({ facts, verdict }: { facts: SlotFacts; verdict: SlotVerdict }): Undecided[] {
  return verdict.kind === "take" ? [{ facts, verdict }] : [];
}

/** Slots that anybody may have go to those that have fewest, as ranges: they end as level as they can. */
function withOwners(topology: Topology, undecided: readonly Undecided[]): Taken[] {
  const decided = undecided.flatMap((each) =>
    each.verdict.owner ? [{ ...each, owner: each.verdict.owner }] : [],
  );
  const free = undecided.filter(({ verdict }) => !verdict.owner);
  const reached = primariesOf(topology).filter(({ view }) => view !== undefined);
  const owners = reached.filter(ownsSlots);
  const takers = owners.length > 0 ? owners : reached;
  const held = new Map(takers.map(({ id, slots }) => [id, slots.size]));
  for (const { owner, facts } of decided)
    if (held.has(owner.id) && !owner.slots.has(facts.slot)) held.set(owner.id, (held.get(owner.id) ?? 0) + 1);
  const shares = shareSlotsLevel({ count: free.length, held });
  let next = 0;
  const given = takers.flatMap((owner) => {
    const count = (shares.get(owner.id) ?? 0) - (held.get(owner.id) ?? 0);
    return free.slice(next, (next += count)).map((each) => ({ ...each, owner }));
  });
  return [...decided, ...given];
}

/** Holders of keys besides the owner. */
function othersIn({ facts, owner }: Taken): ClusterNode[] {
  return facts.holders.map(({ node }) => node).filter(({ id }) => id !== owner.id);
}

/** Those who have it open and hold nothing of it. */
function openElsewhere(taken: Taken): ClusterNode[] {
  const holders = othersIn(taken);
  const nodes = taken.facts.reports.map(({ node }) => node);
  return nodes.filter(({ id }) => id !== taken.owner.id && !holders.some((holder) => holder.id === id));
}

/** One text for all slots that are repaired alike. */
function wayOf(taken: Taken): string {
  const { owner, verdict } = taken;
  const ids = (nodes: readonly ClusterNode[]) => nodes.map(({ id }) => id).sort();
  const sides = [ids(othersIn(taken)), ids(openElsewhere(taken)), needsClaim(taken)];
  return JSON.stringify([owner.id, verdict.rule, verdict.risk, ...sides]);
}

/** Whether it is not yet certain for everybody that the slot is the owner's, and on its way nowhere. */
function needsClaim({ facts, owner }: Taken): boolean {
  const { claimants, dissent, reports } = facts;
  const isOpenThere = reports.some(({ node }) => node.id === owner.id);
  return claimants.length !== 1 || claimants[0]?.id !== owner.id || dissent.length > 0 || isOpenThere;
}

function slotsIn(group: readonly Taken[]): SlotSet {
  return SlotSet.of(group.map(({ facts }) => facts.slot));
}

function whyOf({ verdict: { rule, risk } }: Taken, slots: SlotSet, reader: SlotFactsReader) {
  return { rule, risk, slots: reader.evidenceOf(slots) };
}

function claimStep(group: readonly Taken[], reader: SlotFactsReader): StepOf<"claim-slots">[] {
  const [first] = group;
  if (!first || !needsClaim(first)) return [];
  const slots = slotsIn(group);
  const rivals = othersIn(first).map(refOf);
  const why = whyOf(first, slots, reader);
  return [{ kind: "claim-slots", owner: refOf(first.owner), slots, rivals, why }];
}

function gatherSteps(
  group: readonly Taken[],
  { reader, wish }: { readonly reader: SlotFactsReader; readonly wish: RepairWish },
): StepOf<"gather-keys">[] {
  const [first] = group;
  if (!first) return [];
  const slots = slotsIn(group);
  const why = whyOf(first, slots, reader);
  return othersIn(first).map((from) => ({
    kind: "gather-keys",
    from: refOf(from),
    to: refOf(first.owner),
    slots,
    onConflict: settleRule(wish.onConflict, { owner: first.owner, other: from }),
    why,
  }));
}

function closingStep(group: readonly Taken[], reader: SlotFactsReader): StepOf<"settle-slot">[] {
  const [first] = group;
  const openAt = first ? openElsewhere(first).map(refOf) : [];
  if (!first || openAt.length === 0) return [];
  const slots = slotsIn(group);
  return [
    { kind: "settle-slot", slots, owner: refOf(first.owner), openAt, why: whyOf(first, slots, reader) },
  ];
}
