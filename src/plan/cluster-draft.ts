import { isLinkedReplica } from "../cluster/is-linked-replica.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, replicasOf, type Topology } from "../cluster/topology.ts";
import { Bug } from "../errors.ts";
import { refOf } from "./node-ref.ts";
import { refuseLastCopies } from "./refuse-last-copies.ts";
import type { Step } from "./step.ts";

/** Steps that are being planned, and the topology as it is once they are done. */
export class ClusterDraft {
  readonly basis: Topology;
  #topology: Topology;
  readonly #steps: Step[] = [];
  /** They are linked before the next step begins. */
  readonly #followed = new Set<string>();

  constructor(basis: Topology) {
    this.basis = basis;
    this.#topology = basis;
  }

  get topology(): Topology {
    return this.#topology;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  node(id: string): ClusterNode {
    const node = nodeById(this.#topology, id);
    if (!node) throw new Bug(`a plan speaks of ${id}, which is no node of it`);
    return node;
  }

  /** Steps that change neither roles nor slots. */
  add(steps: readonly Step[]): void {
    this.#steps.push(...steps);
  }

  /** All steps anew, and what they lead to: for moves, which may join those before them. */
  replace(steps: readonly Step[], after: Topology): void {
    this.#steps.splice(0, this.#steps.length, ...steps);
    this.#topology = after;
  }

  /**
   * A node without slots becomes a replica.
   *
   * @throws Refused when it has the last copy of another shard.
   */
  follow(replicaId: string, primaryId: string): void {
    refuseLastCopies(this.#topology, new Set([replicaId]));
    this.#steps.push({
      kind: "replicate",
      replica: refOf(this.node(replicaId)),
      primary: refOf(this.node(primaryId)),
      // The primary has clients to serve beside the sync, and its setting for that is the operator's.
      syncAtOnce: false,
    });
    this.#followed.add(replicaId);
    this.#change((node) => (node.id === replicaId ? { ...node, role: "replica", primaryId } : node));
  }

  /** A replica takes its shard over; its primary and its siblings follow it then. */
  takeOver(replicaId: string): void {
    const replica = this.node(replicaId);
    const { primaryId } = replica;
    if (primaryId === undefined) throw new Bug(`${replicaId} was to take over from nobody`);
    const { slots } = this.node(primaryId);
    this.#steps.push({ kind: "failover", replica: refOf(replica), primaryId, mode: "graceful" });
    this.#change((node) => {
      if (node.id === replicaId) return { ...node, role: "primary", primaryId: undefined, slots };
      const follows = node.id === primaryId || node.primaryId === primaryId;
      return follows ? { ...node, role: "replica", primaryId: replicaId, slots: SlotSet.empty } : node;
    });
  }

  /**
   * Those of some nodes that follow a primary since it has taken over are waited for: one that hears of it late would
   * still follow the old primary, and a link takes a moment to come up.
   */
  awaitFollowers(primaryId: string, amongIds: ReadonlySet<string>): void {
    const primary = refOf(this.node(primaryId));
    for (const node of replicasOf(this.#topology, primaryId)) {
      if (!amongIds.has(node.id) || !node.view) continue;
      this.#steps.push({ kind: "replicate", replica: refOf(node), primary, syncAtOnce: false });
    }
  }

  /** How many replicas of a primary can be counted on. */
  liveReplicas(primaryId: string): number {
    return replicasOf(this.#topology, primaryId).filter(
      (node) => this.#followed.has(node.id) || isLinkedReplica(node),
    ).length;
  }

  #change(change: (node: ClusterNode) => ClusterNode): void {
    this.#topology = { nodes: this.#topology.nodes.map(change) };
  }
}
