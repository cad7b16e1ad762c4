import type { ConflictRule } from "../cluster/key-conflict.ts";
import {
  type ClusterNode,
  lineAbout,
  nodeById,
  primariesOf,
  reachedNodes,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import { settleRule } from "./newest-replica.ts";
import type { RepairRisk, RepairRule } from "./repair-reason.ts";
import { settleOpenSlot } from "./settle-open-slot.ts";
import type { SlotFacts } from "./slot-facts.ts";

export interface RepairWish {
  /** Nodes that do not answer are taken for lost, and what they hold with them. */
  readonly unreachableOk: boolean;
  /** Only these nodes, where that was said before and others may have died since; undefined for any. */
  readonly lostIds?: ReadonlySet<string> | undefined;
  readonly onConflict: ConflictRule;
}

export type SlotVerdict =
  /** Nothing is wrong with it that a repair could put right. */
  | { readonly kind: "leave" }
  /** A move that was broken off, which is finished or undone in the usual way. */
  | { readonly kind: "settle" }
  /** It is to be the owner's, whoever else claims it or holds keys of it. */
  | {
      readonly kind: "take";
      /** Undefined: whoever has fewest slots. */
      readonly owner: ClusterNode | undefined;
      readonly rule: RepairRule;
      readonly risk: RepairRisk;
    }
  | { readonly kind: "stuck"; readonly why: StuckRepair; readonly nodes: readonly AbsentNode[] };

export type StuckRepair =
  /** What nodes that do not answer hold would be given up. */
  | "unreached"
  /** A node that does not answer us serves all the same, or is about to. */
  | "comes-back"
  /** A node that does not answer us, and that others hear. */
  | "heard-by-others"
  /** A replica of a node that does not answer does. */
  | "replica-can-take-over"
  /** As `unreached`, of a node that still answered when it was said what may be given up. */
  | "unreached-since"
  /** Nobody can say whether a node holds keys of it. */
  | "keys-uncounted"
  /** Keys have several values. */
  | "keys-differ";

/** A node that may hold keys of a slot and does not tell. */
export interface AbsentNode {
  readonly id: string;
  readonly node: ClusterNode | undefined;
}

/** Decides about one slot by what is known of it; whatever is not known is not guessed. */
export function repairSlot(
  topology: Topology,
  { facts, wish }: { readonly facts: SlotFacts; readonly wish: RepairWish },
): SlotVerdict {
  if (isUndecided(topology, { facts, wish })) {
    return { kind: "stuck", why: "keys-differ", nodes: [] };
  }
  const { uncounted } = facts;
  if (uncounted.length > 0) {
    return { kind: "stuck", why: "keys-uncounted", nodes: uncounted.map((node) => ({ id: node.id, node })) };
  }
  if (facts.conflicts.length === 0 && isUsual(topology, facts)) return { kind: "settle" };
  if (isFine(facts)) return { kind: "leave" };
  const absent = absentFrom(topology, facts);
  const stuck = whyStuck(topology, { absent, wish });
  if (stuck) return { kind: "stuck", why: stuck, nodes: absent };
  const risk =
    facts.conflicts.length > 0 ? "one-value-stays" : absent.length > 0 ? "gives-up-unreached" : "none";
  return { kind: "take", ...ownerFor(facts), risk };
}

/** Whether the wish does not say of a key with several values which of them stays. */
function isUndecided(
  topology: Topology,
  { facts, wish: { onConflict } }: { readonly facts: SlotFacts; readonly wish: RepairWish },
): boolean {
  const { owner } = ownerFor(facts);
  return facts.conflicts.some(({ nodeIds }) => {
    const others = nodeIds.filter((id) => id !== owner?.id).map((id) => nodeById(topology, id));
    const [other, ...more] = others;
    // Of two that both are not the owner neither can be held against it before.
    if (!owner || !other || more.length > 0)
      return onConflict === "refuse" || onConflict === "keep-newest-replica";
    return settleRule(onConflict, { owner, other }) === "refuse";
  });
}

function isUsual(topology: Topology, { slot, reports, claimants, owner, dissent }: SlotFacts): boolean {
  if (reports.length === 0 || !owner) return false;
  const involved = new Set([owner.id, ...reports.map(({ node }) => node.id)]);
  if (claimants.some(({ id }) => !involved.has(id))) return false;
  // Who thinks that nobody owns it, or somebody else, lets no keys in, and does not hear of the owner while it imports.
  if (claimants.length === 1 && dissent.some(({ by }) => by.role === "primary")) return false;
  return settleOpenSlot({ topology, slot, reports }).kind !== "stuck";
}

/** One owner, who holds all keys, and everybody knows. */
function isFine({ reports, claimants, owner, holders, dissent }: SlotFacts): boolean {
  const isAtOwner = holders.every(({ node }) => node.id === owner?.id);
  // A replica cannot be told; it hears of it from its primary.
  const isKnown = dissent.every(({ by }) => by.role === "replica");
  return (
    reports.length === 0 && claimants.length === 1 && claimants[0]?.id === owner?.id && isAtOwner && isKnown
  );
}

/** Why the slot is not repaired as long as nodes do not answer that may hold keys of it, whatever becomes of them. */
export function whyAwaited(topology: Topology, facts: SlotSayings): StuckRepair | undefined {
  return whyStuck(topology, { absent: absentFrom(topology, facts), wish: { unreachableOk: false } });
}

type SlotSayings = Pick<SlotFacts, "owner" | "claimants" | "reports">;

/** Nodes without a view that may hold keys of the slot: its owner, who has it open, or anybody if nobody owns it. */
function absentFrom(topology: Topology, { owner, claimants, reports }: SlotSayings): AbsentNode[] {
  const ids = new Set<string>();
  if (owner && !owner.view) ids.add(owner.id);
  for (const { peerId } of reports) {
    const peer = nodeById(topology, peerId);
    const heir = peer?.role === "replica" ? (peer.primaryId ?? peerId) : peerId;
    if (!nodeById(topology, heir)?.view) ids.add(heir);
  }
  if (!owner && claimants.length === 0) {
    for (const node of primariesOf(topology)) if (!node.view) ids.add(node.id);
  }
  return [...ids].map((id) => ({ id, node: nodeById(topology, id) }));
}

function whyStuck(
  topology: Topology,
  {
    absent,
    wish,
  }: { readonly absent: readonly AbsentNode[]; readonly wish: Pick<RepairWish, "unreachableOk" | "lostIds"> },
): StuckRepair | undefined {
  if (absent.length === 0) return undefined;
  const comesBack = absent.some(({ node }) => ["loading", "denied"].includes(node?.unreached?.state ?? ""));
  if (comesBack) return "comes-back";
  const hasHeir = absent.some(({ id }) => replicasOf(topology, id).some(({ view }) => view !== undefined));
  if (hasHeir) return "replica-can-take-over";
  if (absent.some(({ id }) => isHeard(topology, id))) return "heard-by-others";
  if (!wish.unreachableOk) return "unreached";
  return absent.every(({ id }) => wish.lostIds?.has(id) ?? true) ? undefined : "unreached-since";
}

/** It serves clients then, and would delete the keys of slots that somebody else takes. */
function isHeard(topology: Topology, id: string): boolean {
  return reachedNodes(topology).some(({ view }) => {
    const line = view && lineAbout(view, id);
    return line?.linkUp === true && !line.flags.some((flag) => NOT_HEARD.has(flag));
  });
}

const NOT_HEARD: ReadonlySet<string> = new Set(["fail", "fail?", "handshake", "noaddr"]);

function ownerFor({ owner, claimants, holders }: SlotFacts): {
  readonly owner: ClusterNode | undefined;
  readonly rule: RepairRule;
} {
  const [first, ...more] = holders;
  const [claimant, ...rivals] = claimants;
  if (claimant && rivals.length === 0) return { owner: claimant, rule: "only-owner" };
  if (first && more.length === 0) return { owner: first.node, rule: "only-holder" };
  if (claimant) {
    const newest = [...claimants].sort((a, b) => b.configEpoch - a.configEpoch || (a.id < b.id ? -1 : 1))[0];
    return { owner: claimants.find(({ id }) => id === owner?.id) ?? newest, rule: "highest-epoch" };
  }
  return first ? { owner: first.node, rule: "most-keys" } : { owner: undefined, rule: "fewest-slots" };
}
