import type { KeyConflict } from "../cluster/key-conflict.ts";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import {
  type ClusterNode,
  lineAbout,
  type OpenSlotAt,
  openSlotsOf,
  reachedNodes,
  type Topology,
} from "../cluster/topology.ts";
import type { SlotsEvidence } from "./repair-reason.ts";

/** All that the nodes say of one slot, and hold of it. */
export interface SlotFacts {
  readonly slot: number;
  /** Once all claims are joined; it need not answer. */
  readonly owner: ClusterNode | undefined;
  /** Primaries that answer and say of themselves that they own it. */
  readonly claimants: readonly ClusterNode[];
  /** Primaries that hold keys of it, those with most keys first. */
  readonly holders: readonly { readonly node: ClusterNode; readonly keys: number }[];
  /** Primaries that may hold keys of it and cannot be asked how many. */
  readonly uncounted: readonly ClusterNode[];
  /** What primaries say. */
  readonly reports: readonly OpenSlotAt[];
  /** Other nodes' views that name somebody else than the only claimant, or than nobody. */
  readonly dissent: readonly { readonly ownerId: string | undefined; readonly by: ClusterNode }[];
  readonly conflicts: readonly KeyConflict[];
}

/** Reads facts of slots out of a topology. */
export class SlotFactsReader {
  readonly #topology: Topology;
  readonly #reached: readonly ClusterNode[];
  readonly #reports: ReadonlyMap<number, readonly OpenSlotAt[]>;
  readonly #conflicts: ReadonlyMap<number, readonly KeyConflict[]>;
  readonly #tables: ReadonlyMap<string, readonly (string | undefined)[]>;

  constructor(topology: Topology, conflicts: readonly KeyConflict[] = []) {
    this.#topology = topology;
    this.#reached = reachedNodes(topology);
    this.#reports = Map.groupBy(openSlotsOf(topology), ({ slot }) => slot);
    this.#conflicts = Map.groupBy(conflicts, ({ slot }) => slot);
    this.#tables = new Map(this.#reached.map((node) => [node.id, ownersIn(node)]));
  }

  of(slot: number): SlotFacts {
    const primaries = this.#reached.filter(({ role }) => role === "primary");
    const claimants = primaries.filter(({ view }) => view?.self.slots.has(slot));
    const agreed = claimants.length === 1 ? claimants[0]?.id : undefined;
    return {
      slot,
      owner: this.#topology.nodes.find(({ slots }) => slots.has(slot)),
      claimants,
      holders: primaries
        .map((node) => ({ node, keys: node.view?.keysInOpenSlots.get(slot) ?? 0 }))
        .filter(({ keys }) => keys > 0)
        .sort((a, b) => b.keys - a.keys || (a.node.id < b.node.id ? -1 : 1)),
      uncounted: primaries.filter(({ view }) => view?.uncountedSlots?.includes(slot)),
      reports: this.#reports.get(slot) ?? [],
      dissent: this.#reached.flatMap((by) => {
        const ownerId = this.#tables.get(by.id)?.[slot];
        if (claimants.includes(by) || ownerId === agreed || !knows(by, agreed)) return [];
        return [{ ownerId, by }];
      }),
      conflicts: this.#conflicts.get(slot) ?? [],
    };
  }

  /** Slots in the same state make one piece of evidence. */
  evidenceOf(slots: Iterable<number>): SlotsEvidence[] {
    const groups = Map.groupBy(
      Array.from(slots, (slot) => this.of(slot)),
      stateIn,
    );
    return [...groups.values()].flatMap((group) => evidenceIn(group));
  }
}

/** Who does not know the owner at all cannot be told of it, and has to get to know it first. */
function knows({ view }: ClusterNode, id: string | undefined): boolean {
  return id === undefined || (view !== undefined && lineAbout(view, id) !== undefined);
}

/** Whom a node takes for the owner of each slot. */
function ownersIn({ view }: ClusterNode): (string | undefined)[] {
  const owners = new Array<string | undefined>(SLOT_COUNT).fill(undefined);
  for (const line of view ? [...view.lines, view.self] : []) {
    if (line.role !== "primary") continue;
    for (const { first, last } of line.slots.ranges) owners.fill(line.id, first, last + 1);
  }
  return owners;
}

/** One text for all slots of which the same is said by the same nodes, whatever keys there are. */
function stateIn({ claimants, holders, reports, dissent }: SlotFacts): string {
  return JSON.stringify([
    claimants.map(({ id }) => id),
    holders.map(({ node }) => node.id).sort(),
    reports.map(({ node, direction, peerId }) => [node.id, direction, peerId]),
    dissent.map(({ ownerId, by }) => [ownerId, by.id]),
  ]);
}

function evidenceIn(group: readonly SlotFacts[]): SlotsEvidence[] {
  const [first] = group;
  if (!first) return [];
  const keys = new Map<string, number>();
  for (const { holders } of group)
    for (const { node, keys: held } of holders) keys.set(node.id, (keys.get(node.id) ?? 0) + held);
  const dissent = Map.groupBy(first.dissent, ({ ownerId }) => ownerId);
  return [
    {
      slots: SlotSet.of(group.map(({ slot }) => slot)),
      claims: first.claimants.map(({ id, configEpoch }) => ({ nodeId: id, epoch: configEpoch })),
      dissent: [...dissent].map(([ownerId, said]) => ({ ownerId, byIds: said.map(({ by }) => by.id) })),
      open: first.reports.map(({ node, direction, peerId }) => ({ nodeId: node.id, direction, peerId })),
      keys: [...keys].map(([nodeId, count]) => ({ nodeId, keys: count })),
    },
  ];
}
