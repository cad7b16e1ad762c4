import type { OpenSlot } from "../cluster/node-line.ts";
import type { SlotSet } from "../cluster/slot-set.ts";

/** Why a repair is right: what the nodes say and hold, the rule that follows from it, and what it can cost. */
export interface RepairReason {
  readonly rule: RepairRule;
  readonly risk: RepairRisk;
  /** Of slots that are in the same state together. */
  readonly slots: readonly SlotsEvidence[];
  /** Of the node that it is about, where it is about one. */
  readonly node?: NodeEvidence;
}

/** `ui/repair-wordings.ts` has the words. */
export type RepairRule =
  /** Both sides say that the slot was on its way from one to the other. */
  | "finish-move"
  /** The servers move the slot by themselves. */
  | "finish-migration"
  /** No key is anywhere but at the owner. */
  | "owner-has-all-keys"
  /** The owner is the only one that says it is; keys elsewhere go to it. */
  | "only-owner"
  /** Nobody, or several, say they own it; one node holds all keys of it. */
  | "only-holder"
  /** Nobody says that it owns it; of those that hold keys it holds most. */
  | "most-keys"
  /** Nobody says that it owns it, or holds a key of it; it goes to those that have fewest slots. */
  | "fewest-slots"
  /** Several say they own it; the highest config epoch wins, as between the nodes themselves. */
  | "highest-epoch"
  /** A name in tables without a node behind it. */
  | "no-node-behind"
  /** It was reset: it knows nobody, owns nothing, holds nothing, and the others still list it. */
  | "was-reset"
  /** It answers and belongs to the cluster, and some do not know it. */
  | "is-a-member"
  /** It follows nobody who could be followed. */
  | "needs-a-primary"
  /** It repeats what its primary does not say any more. */
  | "primary-closed-it";

export type RepairRisk =
  | "none"
  /** What nodes that do not answer hold of these slots is given up. */
  | "gives-up-unreached"
  /** Of keys with several values one stays; the others are saved to a file. */
  | "one-value-stays"
  /** The data set of the replica is replaced by that of its new primary. */
  | "replaces-data";

/** What is known of slots, summed up over them. */
export interface SlotsEvidence {
  readonly slots: SlotSet;
  /** Nodes that say of themselves that they own them. */
  readonly claims: readonly { readonly nodeId: string; readonly epoch: number }[];
  /** Views of others that name another owner, or none. */
  readonly dissent: readonly { readonly ownerId: string | undefined; readonly byIds: readonly string[] }[];
  readonly open: readonly {
    readonly nodeId: string;
    readonly direction: OpenSlot["direction"];
    readonly peerId: string;
  }[];
  /** Only nodes that hold some. */
  readonly keys: readonly { readonly nodeId: string; readonly keys: number }[];
}

export interface NodeEvidence {
  readonly nodeId: string;
  readonly knownToIds: readonly string[];
  readonly unknownToIds: readonly string[];
  readonly primaryId: string | undefined;
}
