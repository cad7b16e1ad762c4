import type { ConflictRule, KeyConflict } from "../cluster/key-conflict.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { becomesEmptyNotes, continuedNotes } from "./plan-slot-moves.ts";
import type { Plan } from "./plan.ts";
import { mirrorSteps } from "./repair-mirrors.ts";
import { repairMembers } from "./repair-members.ts";
import { repairSlots, type SlotRepairs } from "./repair-slots.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { afterMoves } from "./slot-move.ts";
import type { Step } from "./step.ts";

export interface FixWish {
  /** Only what is about these slots; undefined for everything. */
  readonly slots: SlotSet | undefined;
  /** What nodes that do not answer hold is given up. */
  readonly unreachableOk?: boolean;
  /** Which of them; undefined for all. */
  readonly lostIds?: ReadonlySet<string> | undefined;
  /** What becomes of keys with several values. */
  readonly onConflict?: ConflictRule;
}

/**
 * Repairs what is wrong with a cluster, as far as it is certain to lose no key or the wish says what may be lost.
 * First slots get their owners, for without them no key can travel; then members are introduced to each other, for
 * keys only travel between nodes that know each other; then keys go to the owners of their slots; then
 * moves that were broken off are finished: who gives its last slot away becomes a replica and forgets all keys that
 * it holds. Only the atomic migrations of Valkey come before, for no slot can be marked beside one. Replicas
 * get their primaries and names are forgotten last. On a healthy cluster that is nothing.
 *
 * @param conflicts keys that were found to have several values.
 * @throws Refused when keys could be lost.
 */
export function planFix({
  topology,
  wish,
  conflicts = [],
}: {
  readonly topology: Topology;
  readonly wish: FixWish;
  readonly conflicts?: readonly KeyConflict[];
}): Plan {
  const { slots: within = SlotSet.all, unreachableOk = false, lostIds, onConflict = "refuse" } = wish;
  refuseLoneNode(topology, within);
  const repairs = repairSlots({ topology, conflicts, within, wish: { unreachableOk, lostIds, onConflict } });
  const migrating = withoutOpen(topology, { within, usual: repairs.usual });
  const settle = settleEarlierRuns(topology, migrating);
  const after = afterClaims(settle.settled, repairs);
  const finishing = settle.steps.map((step) => withReason(step, repairs));
  const members = wish.slots === undefined ? repairMembers(after) : [];
  const isServers = (step: Step) => step.kind === "move-slots" && step.mover === "valkey-atomic";
  const steps = [
    ...repairs.claims,
    ...members.filter(({ kind }) => kind === "meet"),
    ...finishing.filter(isServers),
    ...repairs.gathers,
    ...finishing.filter((step) => !isServers(step)),
    ...repairs.closings,
    ...mirrorSteps(topology, { within, repairs }),
    ...members.filter(({ kind }) => kind !== "meet"),
  ];
  const notes = [...continuedNotes(settle), ...becomesEmptyNotes({ before: topology, after, steps })];
  return { command: "fix", basis: topology, steps, notes };
}

/** Open slots that a repair of another kind is about are not settled a second time. */
function withoutOpen(
  topology: Topology,
  { within, usual }: { readonly within: SlotSet; readonly usual: SlotSet },
): SlotSet {
  const open = SlotSet.of(
    reachedNodes(topology).flatMap(({ view }) => (view?.self.openSlots ?? []).map(({ slot }) => slot)),
  );
  return within.minus(open.minus(usual));
}

function afterClaims(settled: Topology, { claims }: SlotRepairs): Topology {
  const moves = claims.flatMap(({ owner, slots }) =>
    settled.nodes
      .filter((node) => node.id !== owner.id && node.slots.intersect(slots).size > 0)
      .map((node) => ({ fromId: node.id, toId: owner.id, slots: node.slots.intersect(slots) })),
  );
  const gained = new Map(claims.map(({ owner, slots }) => [owner.id, slots]));
  const moved = afterMoves(settled, moves);
  return {
    nodes: moved.nodes.map((node) => ({
      ...node,
      slots: node.slots.union(gained.get(node.id) ?? SlotSet.empty),
    })),
  };
}

function withReason(step: Step, { facts }: SlotRepairs): Step {
  if (step.kind !== "move-slots" && step.kind !== "settle-slot") return step;
  const isMigration = step.kind === "move-slots" && step.mover !== "classic";
  const rule = isMigration
    ? "finish-migration"
    : step.kind === "move-slots"
      ? "finish-move"
      : "owner-has-all-keys";
  return { ...step, why: { rule, risk: "none", slots: facts.evidenceOf(step.slots) } };
}

/**
 * A node that knows nobody and owns a part of the slots is what a create leaves that died before its nodes met:
 * the other slots have owners, who are not known here.
 */
function refuseLoneNode({ nodes }: Topology, within: SlotSet): void {
  const [node, ...others] = nodes;
  if (!node || others.length > 0 || within.minus(node.slots).size === 0) return;
  throw new Refused(
    "This node knows no other node, and does not own all slots: whoever owns the others cannot be seen from it.",
    {
      code: "slots-uncovered",
      hint: "Run the slotctl create that formed the cluster again: it goes on from there. Or give a node that knows the others.",
    },
  );
}
