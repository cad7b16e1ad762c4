import type { OpenSlot, Role } from "./node-line.ts";
import type { Engine } from "./node-view.ts";
import type { SlotSet } from "./slot-set.ts";

/** Every code there is. They are stable, for scripts match on them; `docs/problems.md` explains each. */
export const PROBLEM_CODES = [
  "slots-uncovered",
  "slots-unserved",
  "slots-open",
  "slots-migrating",
  "slots-migration-failing",
  "slots-with-several-owners",
  "keys-in-foreign-slots",
  "keys-out-of-sight",
  "views-disagree-on-slots",
  "views-disagree-on-members",
  "views-disagree-on-roles",
  "node-unreachable",
  "node-silent",
  "node-loading",
  "node-denied",
  "node-not-in-a-cluster",
  "ghost-node",
  "node-flagged-failing",
  "node-state-fail",
  "no-majority",
  "too-few-primaries",
  "replica-link-down",
  "replica-syncing",
  "replica-lagging",
  "replica-without-primary",
  "primary-without-replica",
  "primary-without-slots",
  "replica-on-primary-host",
  "replicas-uneven",
  "failover-disabled",
  "epochs-collide",
  "versions-differ",
  "settings-differ",
  "node-timeout-short",
  "replication-password-wrong",
  "memory-nearly-full",
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** The most severe first. */
export const SEVERITIES = ["error", "warning", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** One thing that is wrong, as facts; `ui/describe-problem.ts` has the words. */
export type Problem = ProblemOf<ProblemCode>;

export type ProblemOf<Code extends ProblemCode> = {
  [C in Code]: Finding<C> & Evidence[C];
}[Code];

interface Finding<Code extends ProblemCode> {
  readonly code: Code;
  readonly severity: Severity;
  /** The nodes it is about, in the topology's order where they are of one kind. */
  readonly nodeIds: readonly string[];
  readonly slots?: SlotSet;
}

interface Evidence {
  readonly "slots-uncovered": { readonly slots: SlotSet };
  /** The nodes are the owners that do not answer. */
  readonly "slots-unserved": { readonly slots: SlotSet };
  readonly "slots-open": {
    readonly nodeId: string;
    readonly peerId: string;
    readonly direction: OpenSlot["direction"];
    readonly slots: SlotSet;
    /** Keys of these slots at either side; undefined where they were not counted. */
    readonly keys: { readonly atNode: number | undefined; readonly atPeer: number | undefined };
  };
  readonly "slots-migrating": MigrationEvidence;
  /** Its target begins it anew, for ever. */
  readonly "slots-migration-failing": MigrationEvidence;
  readonly "slots-with-several-owners": { readonly slots: SlotSet };
  readonly "keys-in-foreign-slots": {
    readonly nodeId: string;
    readonly slots: SlotSet;
    readonly keys: number;
  };
  /** Keys of slots that the node would not name. */
  readonly "keys-out-of-sight": { readonly nodeId: string; readonly keys: number };
  /** The nodes are those of the fewer views. */
  readonly "views-disagree-on-slots": {
    readonly slots: SlotSet;
    readonly claims: readonly SlotClaim[];
    /** Those whose view the most share. */
    readonly majorityIds: readonly string[];
  };
  readonly "views-disagree-on-members": { readonly unknownToIds: readonly string[] };
  readonly "views-disagree-on-roles": {
    readonly nodeId: string;
    /** Its own word, or that of the newest gossip where it does not answer. */
    readonly is: RoleClaim;
    readonly said: readonly (RoleClaim & { readonly byIds: readonly string[] })[];
  };
  readonly "node-unreachable": UnreachedEvidence;
  readonly "node-silent": UnreachedEvidence;
  readonly "node-loading": UnreachedEvidence;
  readonly "node-denied": UnreachedEvidence;
  readonly "node-not-in-a-cluster": UnreachedEvidence;
  readonly "ghost-node": {
    readonly nodeId: string;
    /** Replaced: a node with another id answers at its address. */
    readonly reason: "handshake" | "replaced" | "no-address";
    readonly knownToIds: readonly string[];
  };
  readonly "node-flagged-failing": {
    readonly flag: "fail" | "fail?" | "noaddr";
    readonly byIds: readonly string[];
  };
  readonly "node-state-fail": Nothing;
  /** The nodes are the primaries with slots that do not answer. */
  readonly "no-majority": { readonly answering: number; readonly voters: number };
  readonly "too-few-primaries": Nothing;
  readonly "replica-link-down": ReplicaEvidence;
  readonly "replica-syncing": ReplicaEvidence;
  readonly "replica-lagging": ReplicaEvidence & { readonly lagBytes: number };
  readonly "replica-without-primary": {
    readonly nodeId: string;
    /** Undefined: it names none. Otherwise a node nobody knows, or one that is a replica itself. */
    readonly primaryId: string | undefined;
  };
  readonly "primary-without-replica": Nothing;
  readonly "primary-without-slots": Nothing;
  readonly "replica-on-primary-host": { readonly oneHost: boolean };
  /** The nodes are the primaries with the fewest replicas. */
  readonly "replicas-uneven": { readonly fewest: number; readonly most: number };
  readonly "failover-disabled": Nothing;
  readonly "epochs-collide": { readonly epoch: number };
  readonly "versions-differ": { readonly groups: readonly VersionGroup[] };
  readonly "node-timeout-short": { readonly timeoutMs: number };
  readonly "settings-differ": {
    readonly setting: string;
    /** The value most nodes have comes first. */
    readonly groups: readonly SettingGroup[];
  };
  readonly "replication-password-wrong": Nothing;
  readonly "memory-nearly-full": {
    /** Undefined where settings were not asked for. */
    readonly policy: string | undefined;
    readonly fullestPercent: number;
  };
}

type Nothing = object;

/** An atomic migration; the nodes are its source and its target. */
interface MigrationEvidence {
  readonly slots: SlotSet;
  readonly migrationId: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly engine: Engine;
  /** In the server's own word. */
  readonly state: string;
  /** In the server's own words; empty where it says nothing. */
  readonly reason: string;
}

interface UnreachedEvidence {
  readonly nodeId: string;
  readonly detail: string;
  /** Reached nodes that miss it too: they flag it as failing, or have no link to it. */
  readonly missedByIds: readonly string[];
}

interface ReplicaEvidence {
  readonly nodeId: string;
  readonly primaryId: string | undefined;
}

/** Slots that the fewer views give to an owner, and to whom the most give them. */
export interface SlotClaim {
  readonly slots: SlotSet;
  /** Undefined: to nobody. */
  readonly ownerId: string | undefined;
  /** None: the most give them to nobody. */
  readonly insteadOfIds: readonly string[];
}

export interface RoleClaim {
  readonly role: Role;
  readonly primaryId: string | undefined;
}

interface VersionGroup {
  readonly engine: Engine;
  readonly version: string;
  readonly nodeIds: readonly string[];
}

export interface SettingGroup {
  /** Undefined for a secret: not even its digest leaves the view. */
  readonly value: string | undefined;
  readonly nodeIds: readonly string[];
}
