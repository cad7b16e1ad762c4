import type { PlaceLevel } from "../cluster/place.ts";
import type { Topology } from "../cluster/topology.ts";
import type { AtomicObstacle } from "./choose-mover.ts";
import type { Mover } from "./mover.ts";
import type { LevelScore } from "./placement-score.ts";
import type { Step } from "./step.ts";

type CommandName =
  | "create"
  | "add-node"
  | "del-node"
  | "reshard"
  | "rebalance"
  | "failover"
  | "fix"
  | "set-timeout"
  | "undo"
  | "plan"
  | "place"
  | "drain"
  | "restore-roles";

/** What a command will do, and what it was decided on. Data only: print it, compare it, keep it. */
export interface Plan {
  readonly command: CommandName;
  readonly basis: Topology;
  readonly steps: readonly Step[];
  /** What the operator should know before saying yes. */
  readonly notes: readonly PlanNote[];
  /** Of a saved plan, what is left to do; by what it was decided on it is not judged anew. */
  readonly isRest?: true;
}

/** Ids of the nodes that the plan takes out of the cluster. */
export function leaversOf(plan: Plan): ReadonlySet<string> {
  return new Set(
    plan.steps.flatMap((step) => (step.kind === "forget" || step.kind === "reset" ? [step.node.id] : [])),
  );
}

/** A fact about the plan; `ui/describe-note.ts` has the words. */
export type PlanNote =
  /** How well replicas are kept away from their primary's host, and from each other. */
  | { readonly kind: "placement"; readonly reached: PlacementReach }
  /** What is reached at one level of places, and why no more. */
  | {
      readonly kind: "placement-level";
      readonly level: PlaceLevel;
      /** How many of them there are. */
      readonly places: number;
      readonly before: LevelScore;
      readonly reached: LevelScore;
      /** Undefined where all is reached. */
      readonly gap?: PlacementGap;
    }
  /** Shards give all their slots to those that are left. */
  | {
      readonly kind: "merges-shards";
      /** Their primaries. */
      readonly nodes: readonly string[];
      /** How many shards there are, and will be. */
      readonly before: number;
      readonly left: number;
      /** What moves, as far as the nodes tell. */
      readonly slots: number;
      readonly keys: number;
      readonly bytes: number;
    }
  /** Fewer than three primaries: no majority is left when one fails. */
  | { readonly kind: "no-automatic-failover"; readonly primaries: number }
  /** New primaries run with lower values of these settings while the cluster forms, and get theirs back. */
  | { readonly kind: "lowers-settings"; readonly settings: readonly string[] }
  /** An earlier run stopped part way; these steps finish it. */
  | { readonly kind: "continues-earlier-run"; readonly slots: string }
  /** So many of the pairs move with the servers' own migration. */
  | {
      readonly kind: "moves-atomically";
      readonly mover: Mover;
      readonly pairs: number;
      readonly ofPairs: number;
    }
  /** So many of the pairs cannot, for a reason that is due to `nodes`. */
  | {
      readonly kind: "moves-classically";
      readonly mover: "classic";
      readonly reason: AtomicObstacle;
      readonly nodes: readonly string[];
      readonly modules: readonly string[];
      readonly pairs: number;
      readonly ofPairs: number;
    }
  /** `node` gives its last slot away; the server may make it a replica of `target`. */
  | { readonly kind: "becomes-empty"; readonly node: string; readonly target: string }
  /** The node does not answer, so it is not told. */
  | { readonly kind: "node-not-told"; readonly node: string; readonly detail: string }
  /** These nodes have the setting at the value already; what their files say nobody can see from here. */
  | {
      readonly kind: "set-already";
      readonly setting: string;
      readonly value: string;
      readonly nodes: readonly string[];
    }
  /** These nodes run without a config file, so they forget the setting when they are started anew. */
  | { readonly kind: "not-kept"; readonly setting: string; readonly nodes: readonly string[] }
  /** CONFIG REWRITE saves whatever else was set while the nodes ran. */
  | { readonly kind: "rewrites-config" }
  /** So soon a node is taken for dead that pauses which are no failure can start a failover. */
  | { readonly kind: "timeout-short"; readonly timeoutMs: number }
  /** So late a dead primary is noticed. */
  | { readonly kind: "timeout-long"; readonly timeoutMs: number }
  /** The shard of `node` is left without a replica. */
  | { readonly kind: "without-replica"; readonly node: string }
  /** Of what a saved plan did, this stays as it is. */
  | {
      readonly kind: "not-undone";
      readonly what: NotUndone;
      readonly nodes: readonly string[];
      /** In the SLOTS notation; empty where it is about none. */
      readonly slots: string;
    }
  /** What a forced failover can lose. */
  | {
      readonly kind: "writes-at-risk";
      readonly node: string;
      readonly lagBytes: number | undefined;
      readonly mode: "force" | "takeover";
    };

type NotUndone =
  /** The old primary is gone, or follows somebody else. */
  | "failover"
  /** Somebody else has moved them since. */
  | "slots-moved-since"
  /** Their old owner is no primary any more, or does not answer. */
  | "slots-of-a-replica"
  /** Its old primary is none any more, or does not answer. */
  | "replica"
  /** It was a primary without slots. */
  | "idle-primary"
  /** It has slots that the plan did not give it. */
  | "newcomer-with-slots"
  | "removed"
  | "repaired";

/** Why nodes stand together that should not. */
export type PlacementGap =
  /** All are in the same one. */
  | "one-place"
  /** A shard would have a replica fewer for the time that it takes. */
  | "no-spare-replica"
  /** Shards would have to give their slots to others. */
  | "fewer-shards"
  /** No placement of these nodes does better. */
  | "cannot-be-had"
  /** None that does better was found; of a large cluster not all are looked at. */
  | "not-found";

export type PlacementReach =
  /** No replica shares a host with its primary or with a sibling. */
  | "perfect"
  /** No replica shares a host with its primary; some siblings share one. */
  | "siblings-share-a-host"
  /** Some replica shares its primary's host; fewer cannot be had. */
  | "replica-on-primary-host"
  /** There is one host only. */
  | "one-host"
  /** There are no replicas. */
  | "no-replicas";
