import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, ownersOf, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import { repairHint } from "./repair-hint.ts";
import { unreachedCode } from "../cluster/how-unreached.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan } from "./plan.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { type SlotHolder, takeLowest } from "./take-lowest.ts";
import { reachHint } from "./reach-hint.ts";

export interface ReshardWish {
  readonly toId: string;
  readonly fromIds: readonly string[] | "all";
  /** So many, or exactly these. */
  readonly slots: number | SlotSet;
}

/**
 * Moves the slots asked for to one node: exactly so many, taken from the sources in proportion to what they
 * have and the lowest of each; or exactly the named ones, whichever source owns them. Named slots that the
 * target has already are done. What an earlier run left open is finished first and does not count.
 *
 * @throws UsageError for nodes that cannot be meant, Refused when the slots or the mover
 * cannot be had.
 */
export function planReshard({
  topology,
  wish,
  mover = "auto",
}: {
  readonly topology: Topology;
  readonly wish: ReshardWish;
  readonly mover?: MoverWish;
}): Plan {
  const target = primaryAsked({ topology, id: wish.toId, part: "target" });
  refuseTargetAsSource(target, wish.fromIds);
  const settle = settleEarlierRuns(topology);
  const taken = isDone({ topology: settle.settled, wish }) ? [] : take({ topology: settle.settled, wish });
  for (const { id } of taken) primaryAsked({ topology, id, part: "source" });
  const moves = taken.map(({ id, slots }) => ({ fromId: id, toId: target.id, slots }));
  const { steps, notes } = planSlotMoves({ basis: topology, settle, moves, mover });
  return { command: "reshard", basis: topology, steps, notes };
}

function primaryAsked(asked: {
  readonly topology: Topology;
  readonly id: string;
  readonly part: "target" | "source";
}): ClusterNode {
  const node = nodeById(asked.topology, asked.id);
  if (!node) {
    throw new UsageError(`The ${asked.part} ${asked.id} is no node of this cluster.`, {
      code: "unknown-node",
    });
  }
  const name = nodeName(node);
  if (node.role === "replica") {
    const primary = nodeById(asked.topology, node.primaryId ?? "");
    throw new Refused(`The ${asked.part} ${name} is a replica: only primaries own slots.`, {
      code: "not-a-primary",
      node: name,
      hint: primary ? `Its primary is ${nodeName(primary)}.` : undefined,
    });
  }
  if (!node.view) {
    throw new Refused(`The ${asked.part} ${name} does not answer: ${whyUnreached(node)}.`, {
      code: unreachedCode(node),
      node: name,
      hint: reachHint(
        node,
        `Bring it back, or leave it out${asked.part === "source" ? ": --from names the sources" : ""}.`,
      ),
    });
  }
  return node;
}

function refuseTargetAsSource(target: ClusterNode, fromIds: ReshardWish["fromIds"]): void {
  if (fromIds === "all" || !fromIds.includes(target.id)) return;
  throw new UsageError(`${nodeName(target)} is the target and cannot be a source too.`, {
    code: "target-is-source",
    node: nodeName(target),
    hint: "Leave it out of --from.",
  });
}

/** Then a source that has since become a replica of the target is no reason to refuse. */
function isDone({ topology, wish: { toId, slots } }: Wanted): boolean {
  return slots instanceof SlotSet && slots.minus(nodeById(topology, toId)?.slots ?? SlotSet.empty).size === 0;
}

interface Wanted {
  readonly topology: Topology;
  readonly wish: ReshardWish;
}

function take({ topology, wish: { toId, fromIds, slots } }: Wanted): SlotHolder[] {
  const sources =
    fromIds === "all"
      ? ownersOf(topology).filter((node) => node.id !== toId)
      : [...new Set(fromIds)].map((id) => primaryAsked({ topology, id, part: "source" }));
  if (typeof slots === "number") return takeCount({ sources, count: slots });
  const wanted = slots.minus(nodeById(topology, toId)?.slots ?? SlotSet.empty);
  return takeNamed({ topology, sources, wanted });
}

function takeCount({
  sources,
  count,
}: {
  readonly sources: readonly ClusterNode[];
  readonly count: number;
}): SlotHolder[] {
  const available = sources.reduce((sum, { slots }) => sum + slots.size, 0);
  if (count > available) {
    throw new Refused(`${count} slots were asked for, and the sources have ${available}.`, {
      code: "too-few-slots",
      hint: `Ask for ${available} at most, or name more sources with --from.`,
    });
  }
  return takeLowest({ sources, count });
}

function takeNamed({
  topology,
  sources,
  wanted,
}: {
  readonly topology: Topology;
  readonly sources: readonly ClusterNode[];
  readonly wanted: SlotSet;
}): SlotHolder[] {
  const taken = sources.map(({ id, slots }) => ({ id, slots: slots.intersect(wanted) }));
  const missing = taken.reduce((left, { slots }) => left.minus(slots), wanted);
  if (missing.size > 0) throw notAtSources(topology, missing);
  return taken.filter(({ slots }) => slots.size > 0);
}

function notAtSources(topology: Topology, missing: SlotSet): Refused {
  const owned = topology.nodes
    .map((node) => ({ node, slots: node.slots.intersect(missing) }))
    .filter(({ slots }) => slots.size > 0);
  const unowned = owned.reduce((left, { slots }) => left.minus(slots), missing);
  const facts = owned.map(({ node, slots }) => `${nodeName(node)} owns ${slots.toString()}`);
  if (unowned.size > 0) facts.push(`nobody owns ${unowned.toString()}`);
  return new Refused(`Some of the slots are at none of the sources: ${facts.join(", ")}.`, {
    code: "slots-elsewhere",
    hint: unowned.size > 0 ? repairHint(topology) : "Name their owners with --from too, or take --from all.",
  });
}
