import type { NodeLine } from "./node-line.ts";
import type { Problem, RoleClaim, SlotClaim } from "./problem.ts";
import { SlotSet } from "./slot-set.ts";
import { type ClusterNode, isGhost, ownsSlots, type Topology } from "./topology.ts";

/** Views that disagree: on who owns which slot, on who belongs to the cluster, on who is whose replica. */
export function problemsOfViews(topology: Topology): Problem[] {
  const views = topology.nodes.flatMap((node): ReadView[] => {
    if (!node.view) return [];
    const lines = [node.view.self, ...node.view.lines];
    return [{ viewerId: node.id, lineOf: new Map(lines.map((line) => [line.id, line])) }];
  });
  const members = topology.nodes.filter((node) => !isGhost(node));
  return [
    ...disagreementOnSlots(views, topology),
    ...disagreementOnMembers(views, members),
    ...disagreementOnRoles(views, members),
  ];
}

interface ReadView {
  readonly viewerId: string;
  /** What it says of each node, itself included. */
  readonly lineOf: ReadonlyMap<string, NodeLine>;
}

/** Views that give every slot to the same owner. */
interface Camp {
  readonly digest: string;
  readonly viewerIds: readonly string[];
  readonly slotsOf: ReadonlyMap<string, SlotSet>;
}

function disagreementOnSlots(views: readonly ReadView[], topology: Topology): Problem[] {
  const [majority, ...minorities] = campsOf(views, digestOf(topology.nodes));
  if (!majority) return [];
  return minorities.map((camp): Problem => {
    const claims = claimsAgainst(majority, camp);
    return {
      code: "views-disagree-on-slots",
      severity: "error",
      nodeIds: camp.viewerIds,
      slots: SlotSet.ofRanges(claims.flatMap((claim) => claim.slots.ranges)),
      claims,
      majorityIds: majority.viewerIds,
    };
  });
}

/** The largest camp first; of equal ones that which the joined topology sides with, then by digest. */
function campsOf(views: readonly ReadView[], joined: string): Camp[] {
  const groups = Map.groupBy(views, (view) => digestOf(view.lineOf.values()));
  return [...groups]
    .map(([digest, group]): Camp => {
      const lines = [...(group[0]?.lineOf.values() ?? [])].filter(ownsSlots);
      return {
        digest,
        viewerIds: group.map((view) => view.viewerId),
        slotsOf: new Map(lines.map((line) => [line.id, line.slots])),
      };
    })
    .sort(
      (a, b) =>
        b.viewerIds.length - a.viewerIds.length ||
        Number(b.digest === joined) - Number(a.digest === joined) ||
        (a.digest < b.digest ? -1 : 1),
    );
}

function digestOf(nodes: Iterable<NodeLine | ClusterNode>): string {
  return Array.from(nodes)
    .filter(ownsSlots)
    .map((node) => `${node.id}=${node.slots.toString()}`)
    .sort()
    .join(" ");
}

function claimsAgainst(majority: Camp, camp: Camp): SlotClaim[] {
  const given = [...camp.slotsOf].map(([ownerId, slots]) => ({
    ownerId,
    slots: slots.minus(majority.slotsOf.get(ownerId) ?? SlotSet.empty),
  }));
  const ungiven = { ownerId: undefined, slots: allSlots(majority).minus(allSlots(camp)) };
  return [...given.sort((a, b) => (a.ownerId < b.ownerId ? -1 : 1)), ungiven]
    .filter(({ slots }) => slots.size > 0)
    .map(({ ownerId, slots }) => {
      const owners = [...majority.slotsOf].filter(([, owned]) => owned.intersect(slots).size > 0);
      return { ownerId, slots, insteadOfIds: owners.map(([id]) => id).sort() };
    });
}

function allSlots(camp: Camp): SlotSet {
  return SlotSet.ofRanges([...camp.slotsOf.values()].flatMap((slots) => slots.ranges));
}

/** Nodes that the same others do not know make one problem, so that a lost node is told once. */
function disagreementOnMembers(views: readonly ReadView[], members: readonly ClusterNode[]): Problem[] {
  const missing = members.flatMap((node) => {
    const unknownToIds = views.filter((view) => !view.lineOf.has(node.id)).map((view) => view.viewerId);
    return unknownToIds.length === 0 ? [] : [{ id: node.id, unknownToIds }];
  });
  const groups = Map.groupBy(missing, ({ unknownToIds }) => unknownToIds.join(" "));
  return [...groups.values()].map((group) => ({
    code: "views-disagree-on-members",
    severity: "warning",
    nodeIds: group.map(({ id }) => id),
    unknownToIds: group[0]?.unknownToIds ?? [],
  }));
}

function disagreementOnRoles(views: readonly ReadView[], members: readonly ClusterNode[]): Problem[] {
  return members.flatMap((node): Problem[] => {
    const is: RoleClaim = { role: node.role, primaryId: node.primaryId };
    const dissent = views.flatMap(({ viewerId, lineOf }) => {
      const line = lineOf.get(node.id);
      // A node in handshake has no role yet, and reads as a primary.
      if (!line || line.flags.includes("handshake") || roleKey(line) === roleKey(is)) return [];
      return [{ viewerId, role: line.role, primaryId: line.primaryId }];
    });
    if (dissent.length === 0) return [];
    const said = [...Map.groupBy(dissent, roleKey).values()].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const byIds = group.map(({ viewerId }) => viewerId);
      return [{ role: first.role, primaryId: first.primaryId, byIds }];
    });
    return [
      {
        code: "views-disagree-on-roles",
        severity: "warning",
        nodeIds: [node.id],
        nodeId: node.id,
        is,
        said,
      },
    ];
  });
}

function roleKey({ role, primaryId }: RoleClaim): string {
  return role === "primary" ? role : `${role} ${primaryId ?? ""}`;
}
