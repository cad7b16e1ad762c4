import type { Address } from "./address.ts";
import type { NodeLine } from "./node-line.ts";
import type { Look, NodeView, Unreached } from "./node-view.ts";
import { SLOT_COUNT, type SlotRange, SlotSet } from "./slot-set.ts";
import { type ClusterNode, isGhost, type Topology } from "./topology.ts";

/** How a node was looked for: the id whose address it was, where that is known. */
export type LookAt = Look & { readonly expectedId?: string };

/**
 * Joins what all nodes report into one topology. A node's own word about itself counts before gossip; of a
 * node that does not answer, the word of the others counts, that of the highest epoch first. A slot that
 * several nodes claim goes to the claim with the highest config epoch, which is how the nodes settle it.
 */
export function joinViews(looks: readonly LookAt[]): Topology {
  const views = looks.flatMap((look) => ("view" in look ? [look.view] : []));
  const viewOf = new Map(views.map((view) => [view.self.id, view]));
  const failureOf = new Map(
    looks.flatMap((look) =>
      "unreached" in look && look.expectedId ? [[look.expectedId, look] as const] : [],
    ),
  );
  const saidOf = linesById(views);
  const claims = [...saidOf].map(([id, lines]): Claim => {
    const view = viewOf.get(id);
    return { id, view, failure: failureOf.get(id), lines, best: view?.self ?? newest(lines) };
  });
  const slotsOf = settleClaims(claims);
  const nodes = claims.map((claim) => joinNode(claim, slotsOf.get(claim.id) ?? SlotSet.empty));
  return { nodes: inReadingOrder(nodes) };
}

interface Claim {
  readonly id: string;
  readonly view: NodeView | undefined;
  readonly failure: { readonly address: Address; readonly unreached: Unreached } | undefined;
  /** What the other nodes say of it. */
  readonly lines: readonly NodeLine[];
  /** The line to believe. */
  readonly best: NodeLine;
}

function linesById(views: readonly NodeView[]): Map<string, NodeLine[]> {
  const lines = new Map<string, NodeLine[]>(views.map((view) => [view.self.id, []]));
  for (const line of views.flatMap((view) => view.lines)) {
    const known = lines.get(line.id);
    if (known) known.push(line);
    else lines.set(line.id, [line]);
  }
  return lines;
}

/**
 * The line of the highest epoch; one with an address before one without. Of lines that differ all the same,
 * that which most nodes say, then the first by its text, so that it does not matter who was asked first.
 */
function newest(lines: readonly NodeLine[]): NodeLine {
  const votes = Map.groupBy(lines, saidIn);
  const votesFor = (line: NodeLine) => votes.get(saidIn(line))?.length ?? 0;
  const ranked = [...lines].sort(
    (a, b) =>
      Number(b.address !== undefined) - Number(a.address !== undefined) ||
      b.configEpoch - a.configEpoch ||
      votesFor(b) - votesFor(a) ||
      (saidIn(a) < saidIn(b) ? -1 : 1),
  );
  return ranked[0] as NodeLine;
}

/** What a line says of its node, as a text: who says it and how well they are linked is left out. */
function saidIn(line: NodeLine): string {
  const { address, busPort, hostname, role, primaryId, configEpoch, slots } = line;
  return JSON.stringify([address, busPort, hostname, role, primaryId, configEpoch, slots]);
}

/** Gives each slot to the claim of the highest config epoch; ties go to the smaller id, as with the nodes. */
function settleClaims(claims: readonly Claim[]): Map<string, SlotSet> {
  const owner = new Array<Claim | undefined>(SLOT_COUNT).fill(undefined);
  const byWeight = claims
    .filter((claim) => claim.best.role === "primary")
    .sort((a, b) => a.best.configEpoch - b.best.configEpoch || (a.id < b.id ? 1 : -1));
  for (const claim of byWeight) {
    for (const { first, last } of claim.best.slots.ranges) owner.fill(claim, first, last + 1);
  }
  const ranges = new Map<string, SlotRange[]>();
  for (let first = 0; first < SLOT_COUNT;) {
    let last = first;
    while (last + 1 < SLOT_COUNT && owner[last + 1] === owner[first]) last++;
    const id = owner[first]?.id;
    if (id !== undefined) ranges.set(id, [...(ranges.get(id) ?? []), { first, last }]);
    first = last + 1;
  }
  return new Map([...ranges].map(([id, list]) => [id, SlotSet.ofRanges(list)]));
}

function joinNode({ id, view, failure, lines, best }: Claim, slots: SlotSet): ClusterNode {
  const announced = best.address ?? newestAddress(lines);
  const unreached: Unreached | undefined = view
    ? undefined
    : (failure?.unreached ?? { state: "no-address", detail: "no node knows its address" });
  return {
    id,
    address: view?.address ?? failure?.address ?? announced,
    announced,
    busPort: best.busPort,
    hostname: best.hostname,
    role: best.role,
    primaryId: best.primaryId,
    configEpoch: best.configEpoch,
    slots,
    flags: [...new Set([...best.flags, ...lines.flatMap((line) => line.flags)])].sort(),
    view,
    unreached,
  };
}

/** A node does not know its own address until another one has met it. */
function newestAddress(lines: readonly NodeLine[]): Address | undefined {
  return lines.length === 0 ? undefined : newest(lines).address;
}

/** Primaries by their first slot, each with its replicas behind it, then what is left, ghosts last. */
function inReadingOrder(nodes: readonly ClusterNode[]): ClusterNode[] {
  const firstSlot = (node: ClusterNode) => node.slots.ranges[0]?.first ?? SLOT_COUNT;
  const byPlace = (a: ClusterNode, b: ClusterNode) =>
    placeOf(a).localeCompare(placeOf(b)) || (a.id < b.id ? -1 : 1);
  const members = nodes.filter((node) => !isGhost(node));
  const primaries = members
    .filter((node) => node.role === "primary")
    .sort((a, b) => firstSlot(a) - firstSlot(b) || byPlace(a, b));
  const ordered = primaries.flatMap((primary) => [
    primary,
    ...members.filter((node) => node.role === "replica" && node.primaryId === primary.id).sort(byPlace),
  ]);
  const placed = new Set(ordered);
  const orphans = members.filter((node) => !placed.has(node)).sort(byPlace);
  return [...ordered, ...orphans, ...nodes.filter(isGhost).sort(byPlace)];
}

function placeOf(node: ClusterNode): string {
  return node.address ? `${node.address.host} ${String(node.address.port).padStart(5, "0")}` : "~";
}
