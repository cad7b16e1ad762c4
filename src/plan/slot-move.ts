import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";

/** Slots that go from one node to another, by their ids. */
export interface SlotMove {
  readonly fromId: string;
  readonly toId: string;
  readonly slots: SlotSet;
}

/** The topology once the moves are made, one after the other. */
export function afterMoves(topology: Topology, moves: readonly SlotMove[]): Topology {
  const slotsOf = new Map(topology.nodes.map(({ id, slots }) => [id, slots]));
  for (const { fromId, toId, slots } of moves) {
    slotsOf.set(fromId, (slotsOf.get(fromId) ?? SlotSet.empty).minus(slots));
    slotsOf.set(toId, (slotsOf.get(toId) ?? SlotSet.empty).union(slots));
  }
  return { nodes: topology.nodes.map((node) => ({ ...node, slots: slotsOf.get(node.id) ?? node.slots })) };
}
