import type { Address } from "../cluster/address.ts";
import type { SettledRule } from "../cluster/key-conflict.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { Mover } from "./mover.ts";
import type { RepairReason } from "./repair-reason.ts";

/** A node as a step names it. */
export interface NodeRef {
  readonly id: string;
  /** Where slotctl reaches it. */
  readonly address: Address;
}

export type FailoverMode = "graceful" | "force" | "takeover";

/**
 * One change to the cluster, small enough to be safe to stop after. Steps of one kind that stand next to
 * each other do not depend on each other and are carried out side by side.
 */
export type Step = Change & {
  /** Why it is right; of repairs only, for of what was asked for nobody asks why. */
  readonly why?: RepairReason;
};

type Change =
  /** `node` gets to know all of `peers`, and they it. Peers are named by what they announce. */
  | { readonly kind: "meet"; readonly node: NodeRef; readonly peers: readonly MeetPeer[] }
  /** `node`, which nobody knows yet, takes slots that have no owner. */
  | { readonly kind: "assign-slots"; readonly node: NodeRef; readonly slots: SlotSet }
  /** `node`, which nobody knows yet, starts with a config epoch of its own. */
  | { readonly kind: "set-epoch"; readonly node: NodeRef; readonly epoch: number }
  /**
   * `node`, a new primary, takes writes. Until it does its cluster-node-timeout is 503: with the default a
   * primary that has just got its slots refuses writes for 5 s.
   */
  | { readonly kind: "await-ok"; readonly node: NodeRef }
  /**
   * `replica` follows `primary`, and its link is up. With `syncAtOnce` the primary does not wait for more
   * replicas before it sends its data (repl-diskless-sync-delay 0 until the links are up): right only while
   * nobody uses it yet.
   */
  | {
      readonly kind: "replicate";
      readonly replica: NodeRef;
      readonly primary: NodeRef;
      readonly syncAtOnce: boolean;
    }
  | {
      readonly kind: "move-slots";
      readonly from: NodeRef;
      readonly to: NodeRef;
      readonly slots: SlotSet;
      readonly mover: Mover;
    }
  /** `slots` are with `owner` and on their way no more; what stands behind the step may rely on it. */
  | {
      readonly kind: "settle-slot";
      readonly slots: SlotSet;
      readonly owner: NodeRef;
      /**
       * Who may have them open, and forgets that they were on their way. Nobody after an atomic move, which
       * opens none: then all there is to do is to see that they have arrived.
       */
      readonly openAt: readonly NodeRef[];
    }
  /**
   * `owner` owns `slots` with an epoch above all others, in the eyes of every primary, and has none of them open.
   * Before that the `rivals`, who hold keys of them, give up their claim, and import them then: a node that hears of
   * a newer owner deletes the keys of a slot that it took for its own.
   */
  | {
      readonly kind: "claim-slots";
      readonly owner: NodeRef;
      readonly slots: SlotSet;
      readonly rivals: readonly NodeRef[];
    }
  /** The keys that `from` holds of slots that are not its own go to `to`, their owner. */
  | {
      readonly kind: "gather-keys";
      readonly from: NodeRef;
      readonly to: NodeRef;
      readonly slots: SlotSet;
      /** What becomes of a key that both have with different values. */
      readonly onConflict: SettledRule;
    }
  | {
      readonly kind: "failover";
      readonly replica: NodeRef;
      readonly primaryId: string;
      readonly mode: FailoverMode;
    }
  /** Every node of `by` forgets `node`, all within the minute in which gossip cannot bring it back. */
  | { readonly kind: "forget"; readonly node: ForgottenNode; readonly by: readonly NodeRef[] }
  /** `node` forgets the cluster and its own slots and becomes an empty primary. */
  | { readonly kind: "reset"; readonly node: NodeRef }
  /**
   * `node`, which was reset and is forgotten, takes a new id. Since Redis 7.2 and in Valkey those who forgot
   * an id tell each other to keep it out for a minute (redis/redis#10869): under the old one it could not be
   * added again until then.
   */
  | { readonly kind: "renew-id"; readonly node: NodeRef }
  /** `to` gets the functions that `from` has. */
  | { readonly kind: "load-functions"; readonly from: NodeRef; readonly to: NodeRef }
  /** `node` has `value` for a setting in place of `before`; with `keep` also once it is started anew. */
  | {
      readonly kind: "set-config";
      readonly node: NodeRef;
      readonly setting: string;
      readonly value: string;
      readonly before: string;
      readonly keep: boolean;
    };

export type StepKind = Step["kind"];
export type StepOf<Kind extends StepKind> = Extract<Step, { kind: Kind }>;

export interface MeetPeer extends NodeRef {
  /** What the peer announces: the address the other nodes reach it at. */
  readonly announced: Address;
  readonly busPort: number;
}

/** A node that may be dead, and without an address. */
export interface ForgottenNode {
  readonly id: string;
  readonly address: Address | undefined;
}
