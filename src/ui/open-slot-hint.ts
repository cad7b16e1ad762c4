import type { ProblemOf } from "../cluster/problem.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, openSlotsOf, primariesOf, type Topology } from "../cluster/topology.ts";
import type { StuckSlot } from "../plan/open-slots-refusal.ts";
import { mirrorOf } from "../plan/repair-mirrors.ts";
import { whyAwaited } from "../plan/repair-slot.ts";
import { stuckOpenSlots } from "../plan/settle-open-slots.ts";
import type { ProblemContext } from "./problem-wording.ts";
import { slotsArgument } from "./slots-text.ts";

type OpenSlots = ProblemOf<"slots-open">;

/**
 * What to do about open slots: `fix` finishes them, other commands too where nothing is to be decided. Nobody is told to
 * close one by hand, which may put keys out of sight.
 */
export function hintForOpen(problem: OpenSlots, context: ProblemContext): string {
  const { topology, seed } = context;
  const { nodeId, peerId, slots } = problem;
  const node = nodeById(topology, nodeId);
  const finish = `slotctl fix ${seed} --slots ${slotsArgument(slots)}`;
  if (node?.role === "replica" && !openSlotsOf(topology).some(({ slot }) => slots.has(slot))) {
    return hintForReplica(node, { slots, finish, topology });
  }
  const [stuck] = stuckOpenSlots(topology, slots);
  if (!stuck) return `Run the command that moved them again, or finish: ${finish}`;
  const isGivenUp = isGivenUpOnly(topology, stuck);
  const giveUp = `if it is lost for good, give up what it holds: ${finish} --unreachable-ok`;
  const last = isGivenUp ? `; ${giveUp}` : "";
  if (stuck.why === "owner-not-reached") return `Bring their owner back first, then finish: ${finish}${last}`;
  if (stuck.why === "peer-not-usable" && nodeById(topology, peerId)) {
    return `Bring back first who does not answer, then finish: ${finish}${last}`;
  }
  return isGivenUp
    ? `A node that does not answer, or that nobody knows, may hold keys of them; ${giveUp}`
    : `No other command settles them: ${finish}`;
}

/** Whether `fix` waits for a node that nobody can take over from, and is told with --unreachable-ok not to. */
function isGivenUpOnly(topology: Topology, { slot, reports }: StuckSlot): boolean {
  const owner = topology.nodes.find(({ slots }) => slots.has(slot));
  const claimants = primariesOf(topology).filter(({ view }) => view?.self.slots.has(slot));
  return whyAwaited(topology, { owner, claimants, reports }) === "unreached";
}

/**
 * Only the replica has it open, which does nothing as long as it is one. With Valkey its primary has it forget the slot,
 * for a replica hears of every SETSLOT there.
 */
function hintForReplica(
  replica: ClusterNode,
  { slots, finish, topology }: { slots: SlotSet; finish: string; topology: Topology },
): string {
  const mirror = mirrorOf(topology, replica);
  return mirror && slots.minus(mirror.slots).size === 0
    ? `No primary has it open. Have the replica forget it: ${finish}`
    : `It matters only if this replica takes over. Then finish: ${finish}`;
}
