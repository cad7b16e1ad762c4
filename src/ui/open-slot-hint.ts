import type { ProblemOf } from "../cluster/problem.ts";
import { type ClusterNode, nodeById, openSlotsOf } from "../cluster/topology.ts";
import { stuckOpenSlots } from "../plan/settle-open-slots.ts";
import { nameInTopology } from "./name-in-topology.ts";
import type { ProblemContext } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";
import { slotsArgument } from "./slots-text.ts";

type OpenSlots = ProblemOf<"slots-open">;

/**
 * What to do about open slots: `fix` finishes them, other commands too where nothing is to be decided. Nobody is told to
 * close one by hand, which may put keys out of sight, but for those that only a replica has open.
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
  if (stuck.why === "owner-not-reached") return `Bring their owner back first, then finish: ${finish}`;
  if (stuck.why === "peer-not-usable" && nodeById(topology, peerId)) {
    return `Bring back first who does not answer, then finish: ${finish}`;
  }
  return `No other command settles them: ${finish}`;
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
