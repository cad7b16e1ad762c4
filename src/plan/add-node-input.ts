import type { NodeView } from "../cluster/node-view.ts";
import type { Topology } from "../cluster/topology.ts";
import type { MeetAddresses } from "./meet-peer.ts";
import type { NodeRef } from "./step.ts";

interface AddNodeWish {
  /** The newcomers become replicas; implied by `primaryId`. */
  readonly replica: boolean;
  /** Whose replicas; by default each goes to the shard that needs it most. */
  readonly primaryId?: string | undefined;
  /** Those that own no slots are as good as the others for the choice. */
  readonly emptyPrimariesToo?: boolean;
}

export interface AddNodeInput {
  readonly topology: Topology;
  /** Their own views, in the order given. */
  readonly newcomers: readonly NodeView[];
  readonly wish: AddNodeWish;
  /** Ids of the newcomers that hold functions. */
  readonly functions: ReadonlySet<string>;
  /** A primary of the cluster that has functions, if any has. */
  readonly functionSource?: NodeRef | undefined;
  readonly meetAddresses?: MeetAddresses;
}

/** The input with its defaults. */
export type Joining = Required<Pick<AddNodeInput, "meetAddresses">> &
  AddNodeInput & { readonly toReplicas: boolean };
