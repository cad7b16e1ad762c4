import type { ProblemOf } from "../cluster/problem.ts";
import { SLOT_COUNT, type SlotSet } from "../cluster/slot-set.ts";
import { shortId } from "../cluster/node-name.ts";
import { nodeById, ownersOf } from "../cluster/topology.ts";
import { countOf } from "./format-number.ts";
import { nameInTopology, namesOf } from "./name-in-topology.ts";
import { hintForOpen } from "./open-slot-hint.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { slotsArgument, slotsText } from "./slots-text.ts";

type SlotCode =
  | "slots-uncovered"
  | "slots-unserved"
  | "slots-open"
  | "slots-with-several-owners"
  | "keys-in-foreign-slots"
  | "keys-out-of-sight";

export const slotWordings: Wordings<SlotCode> = {
  "slots-uncovered": (problem, context) => ({
    message:
      problem.slots.size === SLOT_COUNT
        ? "No slot has an owner."
        : `Nobody owns ${slotsText(problem.slots)}: ${countOf(problem.slots.size, "slot")} without an owner.`,
    hint: hintForUncovered(problem, context),
  }),
  "slots-unserved": (problem, context) => ({
    message: `${capital(slotsText(problem.slots))} belong${problem.slots.size === 1 ? "s" : ""} to ${namesOf(
      problem.nodeIds,
      context,
    )}, which ${problem.nodeIds.length === 1 ? "is" : "are"} not up as far as slotctl can tell.`,
    // Each of them is a problem of its own, with what to do about it.
    hint: `See what is said of ${namesOf(problem.nodeIds, context)}.`,
  }),
  "slots-open": (problem, context) => ({
    message: openText(problem, context),
    hint: hintForOpen(problem, context),
  }),
  "slots-with-several-owners": (problem, context) => ({
    message: `${capital(slotsText(problem.slots))}: each of ${namesOf(problem.nodeIds, context)} says it owns ${
      problem.slots.size === 1 ? "it" : "them"
    }.`,
    hint:
      "The highest config epoch wins as soon as they hear of each other, and the others delete their keys. " +
      `To keep them: ${fixCommand(problem.slots, context)}`,
  }),
  "keys-in-foreign-slots": (problem, context) => ({
    message: `${nameInTopology(context.topology, problem.nodeId)} holds ${countOf(problem.keys, "key")} in ${slotsText(
      problem.slots,
    )}, which it does not own: no client sees them there.`,
    hint: `Bring them to the owners of their slots: ${fixCommand(problem.slots, context)} --deep`,
  }),
  "keys-out-of-sight": (problem, context) => ({
    message: `${nameInTopology(context.topology, problem.nodeId)} holds ${countOf(
      problem.keys,
      "key",
    )} in slots that it does not own: no client sees them there, and Redis 8.4 and later does not say which slots they are of.`,
    hint: `See which, and where they would go: slotctl fix ${context.seed} --deep --dry-run`,
  }),
};

/** Giving slots away anew gives up what a lost owner holds, so that comes last. */
function hintForUncovered({ slots }: ProblemOf<"slots-uncovered">, context: ProblemContext): string {
  const hasOwners = ownersOf(context.topology).some((node) => node.view);
  if (!hasOwners) return "Run the slotctl create that formed it again: it goes on from there.";
  return `If a node that is down had them, start it again. Then give them to whoever has their keys: ${fixCommand(slots, context)}`;
}

function fixCommand(slots: SlotSet, { seed }: ProblemContext): string {
  return `slotctl fix ${seed} --slots ${slotsArgument(slots)}`;
}

function openText(
  { nodeId, peerId, direction, slots, keys }: ProblemOf<"slots-open">,
  context: ProblemContext,
): string {
  const { topology } = context;
  const node = nameInTopology(topology, nodeId);
  const peer = nodeById(topology, peerId)
    ? nameInTopology(topology, peerId)
    : `${shortId(peerId)}, which nobody knows`;
  const way = direction === "importing" ? `importing from ${peer}` : `migrating to ${peer}`;
  const counts = [
    ...(keys.atNode === undefined ? [] : [`${countOf(keys.atNode, "key")} here`]),
    ...(keys.atPeer === undefined ? [] : [`${countOf(keys.atPeer, "key")} there`]),
  ];
  const counted = counts.length > 0 ? `; ${counts.join(", ")}` : "";
  return `${capital(slotsText(slots))} ${slots.size === 1 ? "is" : "are"} open on ${node}: ${way}${counted}.`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
