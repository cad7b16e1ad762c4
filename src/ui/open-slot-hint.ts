import { shortId } from "../cluster/node-name.ts";
import type { ProblemOf } from "../cluster/problem.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, openSlotsOf, primariesOf, type Topology } from "../cluster/topology.ts";
import { STUCK_TEXTS } from "../plan/open-slots-refusal.ts";
import { stuckOpenSlots } from "../plan/settle-open-slots.ts";
import { nameInTopology } from "./name-in-topology.ts";
import type { ProblemContext } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";
import { slotsArgument } from "./slots-text.ts";

type OpenSlots = ProblemOf<"slots-open">;

/**
 * What to do about open slots: `fix`, wherever it can finish them. To close one by hand is advised only where no key is
 * out of sight afterwards.
 */
export function hintForOpen(problem: OpenSlots, context: ProblemContext): string {
  const { topology, seed } = context;
  const { nodeId, peerId, slots } = problem;
  const node = nodeById(topology, nodeId);
  if (node?.role === "replica" && !openSlotsOf(topology).some(({ slot }) => slots.has(slot))) {
    return hintForReplica(node, problem, context);
  }
  const finish = `slotctl fix ${seed} --slots ${slotsArgument(slots)}`;
  const [stuck] = stuckOpenSlots(topology, slots);
  if (!stuck) return `Run the command that moved them again, or finish: ${finish}`;
  const isPeerKnown = nodeById(topology, peerId) !== undefined;
  switch (stuck.why) {
    case "no-owner":
      return `See what is said of slots without an owner. Once they have one, finish: ${finish}`;
    case "owner-not-reached":
      return `Bring their owner back first, then finish: ${finish}`;
    case "peer-not-usable":
      if (isPeerKnown) return `Bring back first who does not answer, then finish: ${finish}`;
      if (node?.role === "primary" && isWithOwnerOnly(topology, slots))
        return `If ${shortId(peerId)} is gone for good, with the keys that it had got, close it: ${closing(nodeId, problem, context)}`;
      break;
    case "more-than-two-sides":
    case "reports-contradict":
    case "keys-at-a-third-node":
    case "keys-where-it-does-not-import":
    case "keys-left-behind":
      break;
  }
  const count = `slotctl call ${seed} --only primaries -- CLUSTER COUNTKEYSINSLOT ${stuck.slot}`;
  return `To close it may put keys out of sight: ${STUCK_TEXTS[stuck.why]}. See first who has keys of it: ${count}`;
}

/**
 * Only the replica has it open, which does nothing as long as it is one. With Valkey its primary has it forget the slot,
 * for a replica hears of every SETSLOT there.
 */
function hintForReplica(replica: ClusterNode, problem: OpenSlots, context: ProblemContext): string {
  const { topology, seed } = context;
  const primary = nodeById(topology, replica.primaryId ?? "");
  return primary?.view?.engine === "valkey"
    ? `No primary has it open. Close it once more at ${nameInTopology(topology, primary.id)}, for its replicas to hear of it: ${closing(primary.id, problem, context)}`
    : `It matters only if this replica takes over. Then finish: slotctl fix ${seed} --slots ${slotsArgument(problem.slots)}`;
}

function closing(nodeId: string, { slots }: OpenSlots, context: ProblemContext): string {
  const first = slots.ranges[0]?.first ?? 0;
  const command = serverCommand(nodeId, `CLUSTER SETSLOT ${first} STABLE`, context);
  return `${command}${slots.size > 1 ? " and so on." : ""}`;
}

/** One node owns all of the slots, and every other primary has said that it has no key of them. */
function isWithOwnerOnly(topology: Topology, slots: SlotSet): boolean {
  const owner = topology.nodes.find((node) => slots.minus(node.slots).size === 0);
  return primariesOf(topology).every(
    ({ id, view }) => id === owner?.id || [...slots].every((slot) => view?.keysInOpenSlots.get(slot) === 0),
  );
}
