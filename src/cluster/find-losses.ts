import { type Place, PLACE_LEVELS, type PlaceLevel, type Places } from "./place.ts";
import { SlotSet } from "./slot-set.ts";
import { type ClusterNode, isGhost, ownersOf, replicasOf, type Topology } from "./topology.ts";

/** What the loss of one place would do, as the cluster is now. */
export interface Loss {
  readonly level: PlaceLevel;
  /** Its name; a rack or host with those of what it is in, where they are known. */
  readonly place: string;
  readonly nodeIds: readonly string[];
  /** Whose last live copy is there: their keys are gone with it. */
  readonly slotsLost: SlotSet;
  /** Whose primary is there, and a live replica elsewhere that is to take over. */
  readonly slotsTakenOver: SlotSet;
  /** The primaries elsewhere are no majority: nobody is elected, so nothing takes over by itself. */
  readonly isQuorumLost: boolean;
}

/** What the loss of each single zone, rack and host would do, the widest first; levels with one place count too. */
export function findLosses(topology: Topology, places: Places): Loss[] {
  const nodes = topology.nodes.filter((node) => !isGhost(node));
  return PLACE_LEVELS.flatMap((level) => {
    const groups = Map.groupBy(nodes, ({ id }) => nameAt(level, places.get(id)));
    return [...groups]
      .flatMap(([place, group]) => (place === undefined ? [] : [lossOf(topology, { level, place, group })]))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  });
}

function nameAt(level: PlaceLevel, place: Place | undefined): string | undefined {
  if (place?.[level] === undefined) return undefined;
  const upTo = PLACE_LEVELS.slice(0, PLACE_LEVELS.indexOf(level) + 1);
  return upTo.flatMap((each) => place[each] ?? []).join("/");
}

function lossOf(
  topology: Topology,
  { level, place, group }: { level: PlaceLevel; place: string; group: readonly ClusterNode[] },
): Loss {
  const lostIds = new Set(group.map(({ id }) => id));
  const owners = ownersOf(topology);
  const isLeft = (node: ClusterNode) => node.view !== undefined && !lostIds.has(node.id);
  const hit = owners.filter(({ id }) => lostIds.has(id));
  const hasHeir = (owner: ClusterNode) => replicasOf(topology, owner.id).some(isLeft);
  const slotsOf = (some: readonly ClusterNode[]) =>
    SlotSet.ofRanges(some.flatMap(({ slots }) => slots.ranges));
  return {
    level,
    place,
    nodeIds: [...lostIds],
    // One that does not answer and whose replicas are all here is lost with them.
    slotsLost: slotsOf(
      owners.filter((owner) => touches(topology, owner, lostIds) && !isLeft(owner) && !hasHeir(owner)),
    ),
    slotsTakenOver: slotsOf(hit.filter(hasHeir)),
    isQuorumLost: hit.length > 0 && owners.filter(isLeft).length * 2 <= owners.length,
  };
}

/** Whether any node of the shard is among the lost. */
function touches(topology: Topology, owner: ClusterNode, lostIds: ReadonlySet<string>): boolean {
  return lostIds.has(owner.id) || replicasOf(topology, owner.id).some(({ id }) => lostIds.has(id));
}
