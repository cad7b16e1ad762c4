import type { Address } from "../cluster/address.ts";
import type { SavedValue } from "../cluster/key-conflict.ts";
import type { Topology } from "../cluster/topology.ts";
import type { EmitEvent } from "../plan/run-event.ts";
import type { NodeClients } from "../wire/node-client.ts";
import type { Clock } from "./clock.ts";
import type { MoveTally } from "./move-tally.ts";

/** What carrying out a step needs. */
export interface ApplyContext {
  readonly clients: NodeClients;
  /** Looks at the given nodes, all at once. */
  readonly lookAt: (addresses: readonly Address[]) => Promise<Topology>;
  readonly emit: EmitEvent;
  /** Aborted when the operator asks to stop: the step in hand is brought to a safe point, no other begins. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** How long the cluster may take to agree on a change. */
  readonly waitMs: number;
  readonly moving: MoveOptions;
  readonly tally: MoveTally;
  /** Keeps a value that is about to give way to another one; only then may it go. */
  readonly saveValue: (value: SavedValue) => Promise<void>;
}

interface MoveOptions {
  /** How many pairs of nodes may move slots at the same time. */
  readonly pairsAtOnceMax: number;
  /** How long clients of a node may be made to wait, 0 for as long as it takes. */
  readonly maxLatencyMs: number;
  /** For all pairs together; undefined for no limit. */
  readonly keysPerSecondMax: number | undefined;
  /** Where the servers refuse an atomic migration, the classic mover may step in. */
  readonly mayFallBack: boolean;
  /** Overwrite keys that the target has already. */
  readonly replace: boolean;
}
