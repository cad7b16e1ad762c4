import type { Address } from "./address.ts";
import type { SlotSet } from "./slot-set.ts";

export type Role = "primary" | "replica";

/** A slot on its way: `importing` from the peer, or `migrating` towards it. */
export interface OpenSlot {
  readonly slot: number;
  readonly direction: "importing" | "migrating";
  /** Node id of the other side. */
  readonly peerId: string;
}

/** What one node says of one node: a line of CLUSTER NODES. */
export interface NodeLine {
  readonly id: string;
  /** Absent while the node has no known address (`noaddr`). */
  readonly address: Address | undefined;
  readonly busPort: number;
  readonly hostname: string | undefined;
  /** In the server's spelling, `myself` left out: fail? fail handshake noaddr nofailover … */
  readonly flags: readonly string[];
  readonly role: Role;
  readonly primaryId: string | undefined;
  readonly configEpoch: number;
  readonly linkUp: boolean;
  readonly slots: SlotSet;
  /** Only ever filled in the line a node has of itself. */
  readonly openSlots: readonly OpenSlot[];
}
