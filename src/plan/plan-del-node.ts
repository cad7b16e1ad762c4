import { ownersOf, PRIMARIES_FOR_MAJORITY, replicasOf, type Topology } from "../cluster/topology.ts";
import { drainNodes } from "./drain-nodes.ts";
import { notToldNotes } from "./not-told-notes.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan, PlanNote } from "./plan.ts";
import { refuseDelNode } from "./refuse-del-node.ts";
import { removeNodes } from "./remove-nodes.ts";
import { rehomeReplicas } from "./rehome-replicas.ts";
import type { Step } from "./step.ts";

export interface DelNodeWish {
  readonly nodeIds: readonly string[];
  /** Their slots go to the shards that stay. */
  readonly drain: boolean;
  /** They are not reset: whatever they hold stays with them. */
  readonly keep: boolean;
}

/**
 * Removes nodes, dead ones too: their slots and their replicas go to the shards that stay, then the nodes
 * are reset, then every node that stays forgets them.
 *
 * The reset comes before the forgetting. A node that was reset knows nobody, owns nothing and is still in the
 * others' tables, so a run that stops there is continued by the same command. The other way round, a stop
 * would leave a node that nobody knows and that still counts itself a member: no command could find it any
 * more, and on Valkey 8.1 and later it would introduce itself anew to the nodes that forgot it
 * (valkey-io/valkey#2788). A replica cannot forget its primary, so replicas get their new one before both.
 * Last they get new ids, under which they can be added again at once.
 *
 * @throws UsageError for an id that no node has, Refused when slots or keys would be lost or the
 * mover cannot be had.
 */
export function planDelNode({
  topology,
  wish,
  mover = "auto",
}: {
  readonly topology: Topology;
  readonly wish: DelNodeWish;
  readonly mover?: MoverWish;
}): Plan {
  const leavingIds = new Set(wish.nodeIds);
  refuseDelNode({ topology, leavingIds, wish });
  const drained = drainNodes({ topology, leavingIds, mover });
  const rehomed = rehomeReplicas({ topology: drained.after, leavingIds });
  const steps = [...drained.steps, ...rehomed, ...removeNodes({ topology, leavingIds, keep: wish.keep })];
  const change = { before: topology, after: drained.after, leavingIds };
  const notes = [
    ...drained.notes,
    ...fewPrimariesNotes(change),
    ...withoutReplicaNotes({ ...change, steps }),
    ...notToldNotes(topology, leavingIds),
  ];
  return { command: "del-node", basis: topology, steps, notes };
}

interface Removal {
  readonly before: Topology;
  /** Slots as they are once the steps are done. */
  readonly after: Topology;
  readonly leavingIds: ReadonlySet<string>;
}

/** With fewer than three primaries no majority is left when one fails; said where the removal brings it about. */
function fewPrimariesNotes({ before, after }: Removal): PlanNote[] {
  const has = ownersOf(after).length;
  const isNews = has < PRIMARIES_FOR_MAJORITY && ownersOf(before).length >= PRIMARIES_FOR_MAJORITY;
  return isNews ? [{ kind: "no-automatic-failover", primaries: has }] : [];
}

function withoutReplicaNotes({
  after,
  leavingIds,
  steps,
}: Removal & { readonly steps: readonly Step[] }): PlanNote[] {
  const gaining = new Set(steps.flatMap((step) => (step.kind === "replicate" ? [step.primary.id] : [])));
  return ownersOf(after)
    .filter(({ id }) => {
      const replicas = replicasOf(after, id);
      const bereft = replicas.length > 0 && replicas.every((replica) => leavingIds.has(replica.id));
      return bereft && !gaining.has(id);
    })
    .map(({ id }) => ({ kind: "without-replica", node: id }));
}
