import type { ConflictRule, SettledRule } from "../cluster/key-conflict.ts";
import type { ClusterNode } from "../cluster/topology.ts";

/**
 * Which of two nodes was a replica of the other one and has taken over from it: its data is the other's, and what it
 * was told since. Nothing else says whose value is the newer one, for servers keep no time of writing: epochs and
 * offsets count other things.
 *
 * @returns `refuse` where neither has taken over from the other.
 */
export function settleRule(
  rule: ConflictRule,
  { owner, other }: { readonly owner: ClusterNode; readonly other: ClusterNode },
): SettledRule {
  if (rule !== "keep-newest-replica") return rule;
  if (hasTakenOverFrom(owner, other)) return "keep-owner";
  return hasTakenOverFrom(other, owner) ? "keep-other" : "refuse";
}

function hasTakenOverFrom(node: ClusterNode, from: ClusterNode): boolean {
  const { historyId } = from.view?.replication ?? {};
  return historyId !== undefined && node.view?.replication.earlierHistoryId === historyId;
}
