import { nodeName } from "../cluster/node-name.ts";
import {
  type ClusterNode,
  lostOwnersOf,
  missedBy,
  nodeById,
  ownersOf,
  replicasOf,
} from "../cluster/topology.ts";
import { namesOf } from "./name-in-topology.ts";
import type { ProblemContext } from "./problem-wording.ts";

/** How to bring slots back whose owners do not answer. */
export function bringBackHint(ownerIds: readonly string[], context: ProblemContext): string {
  const { seed, topology } = context;
  const away = networkHint(ownerIds, context);
  if (away) return away;
  if (ownerIds.every((id) => nodeById(topology, id)?.unreached?.state === "loading")) {
    return `Wait until the data is loaded: slotctl check ${seed}`;
  }
  const back = `Bring ${namesOf(ownerIds, context)} back`;
  const promotable = ownerIds.filter((id) => liveReplica(id, context));
  if (promotable.length === 0) return `${back}: no replica that answers has the keys.`;
  const promote = `${back}, or promote ${promotable.length === 1 ? "a replica" : "replicas"}`;
  const bare = ownerIds.filter((id) => !promotable.includes(id));
  if (bare.length === 0) return `${promote}: ${promotions(promotable, context)}`;
  const without = `${namesOf(bare, context)} ${bare.length === 1 ? "has" : "have"} no replica that answers.`;
  return `${promote} of ${namesOf(promotable, context)}: ${promotions(promotable, context)}; ${without}`;
}

function liveReplica(ownerId: string, { topology }: ProblemContext): ClusterNode | undefined {
  return replicasOf(topology, ownerId).find((node) => node.view);
}

const PROMOTIONS_SHOWN_MAX = 3;

/** A command for each of the first owners: whoever has read those knows the others. */
function promotions(ownerIds: readonly string[], context: ProblemContext): string {
  const { seed, topology } = context;
  // Without a majority nobody is left to vote, so that --force would wait in vain.
  const hasMajority = lostOwnersOf(topology).length * 2 < ownersOf(topology).length;
  const mode = hasMajority ? "--force" : "--takeover";
  const shown = ownerIds.slice(0, PROMOTIONS_SHOWN_MAX);
  const replicas = shown.flatMap((id) => liveReplica(id, context) ?? []);
  const commands = replicas.map((replica) => `slotctl failover ${seed} ${nodeName(replica)} ${mode}`);
  return `${commands.join(", then ")}${ownerIds.length > shown.length ? " and so on" : ""}`;
}

/** Where nobody but slotctl misses a node, it is slotctl that stands in the wrong place. */
export function networkHint(ids: readonly string[], { seed, topology }: ProblemContext): string | undefined {
  const isUnreachable = ids.every((id) => nodeById(topology, id)?.unreached?.state === "unreachable");
  if (!isUnreachable || ids.some((id) => missedBy(topology, id).length > 0)) return undefined;
  return (
    `The other nodes have a link to ${ids.length === 1 ? "it" : "them"}, so it may be slotctl that stands elsewhere: ` +
    `slotctl check ${seed} --map ANNOUNCED=REACHABLE`
  );
}
