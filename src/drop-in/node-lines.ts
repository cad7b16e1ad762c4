import { nodeName } from "../cluster/node-name.ts";
import { SLOT_COUNT, type SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, reachedNodes, replicasOf, type Topology } from "../cluster/topology.ts";
import { plural, type Vocabulary } from "./vocabulary.ts";

/** A node as it stands in the lists, whether it is already what they say or will be. */
export interface ListedNode {
  readonly id: string;
  /** host:port. */
  readonly address: string;
  readonly primaryId: string | undefined;
  readonly slots: SlotSet;
  readonly replicas: number;
}

/** `M:` or `S:` with slots and replicas. The roles have the same names in valkey-cli here. */
export function nodeLines({ id, address, primaryId, slots, replicas }: ListedNode): string[] {
  if (primaryId !== undefined) {
    return [`S: ${id} ${address}`, "   slots: (0 slots) slave", `   replicates ${primaryId}`];
  }
  return [
    `M: ${id} ${address}`,
    `   slots:${rangesText(slots)} (${slots.size} slots) master`,
    ...(replicas > 0 ? [`   ${replicas} additional replica(s)`] : []),
  ];
}

export function listedNode(node: ClusterNode, topology: Topology): ListedNode {
  const { id, slots } = node;
  const primaryId = node.role === "replica" ? (node.primaryId ?? "-") : undefined;
  const replicas = liveReplicasOf(topology, id);
  return { id, address: nodeName(node), primaryId, slots, replicas };
}

/** All that answer, the one that was asked first in front. */
export function inListOrder(topology: Topology, first: string): ClusterNode[] {
  const nodes = reachedNodes(topology);
  const isFirst = (node: ClusterNode) => Number(nodeName(node) === first);
  return [...nodes].sort((a, b) => isFirst(b) - isFirst(a));
}

/** Keys, slots and replicas of each primary, and what that comes to. */
export function infoLines(
  topology: Topology,
  { first, words }: { readonly first: string; readonly words: Vocabulary },
): { readonly lines: string[]; readonly total: string; readonly average: string } {
  const primaries = inListOrder(topology, first).filter(({ role }) => role === "primary");
  const keys = primaries.reduce((sum, { view }) => sum + (view?.keys ?? 0), 0);
  return {
    lines: primaries.map((node) => {
      const replicas = `${liveReplicasOf(topology, node.id)} ${plural(words.replica)}`;
      return `${nodeName(node)} (${node.id.slice(0, 8)}...) -> ${node.view?.keys ?? 0} keys | ${node.slots.size} slots | ${replicas}.`;
    }),
    total: `[OK] ${keys} keys in ${primaries.length} ${plural(words.primary)}.`,
    average: `${(keys / SLOT_COUNT).toFixed(2)} keys per slot on average.`,
  };
}

/** Those that answer: redis-cli knows no others. */
function liveReplicasOf(topology: Topology, primaryId: string): number {
  return replicasOf(topology, primaryId).filter(({ view }) => view !== undefined).length;
}

function rangesText(slots: SlotSet): string {
  return slots.ranges
    .map(({ first, last }) => (first === last ? `[${first}]` : `[${first}-${last}]`))
    .join(",");
}
