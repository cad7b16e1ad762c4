import type { NodeView } from "../cluster/node-view.ts";
import type { SlotSet } from "../cluster/slot-set.ts";

/** A node and what becomes of it. */
export interface CreateMember {
  readonly view: NodeView;
  /** Absent for a primary. */
  readonly primary: NodeView | undefined;
  /** Empty for a replica. */
  readonly slots: SlotSet;
  readonly epoch: number;
}

export interface CreateWish {
  readonly replicasPerPrimary: number;
  /** One or two primaries will do, although then nobody can take over when one fails. */
  readonly allowFewPrimaries: boolean;
}
