import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { refOfView } from "./node-ref.ts";
import type { MeetPeer } from "./step.ts";

/**
 * The node as others are told to meet it: at what it announces, or where slotctl reaches it while nobody
 * has told it its IP. A host name that it announces beside is no help, for MEET takes IPs only.
 */
export function meetPeerOf(told: {
  readonly view: NodeView;
  /** What others say that it announces, where it does not know itself. */
  readonly heard?: Address | undefined;
  readonly meetAddresses: MeetAddresses;
}): MeetPeer {
  const { self } = told.view;
  const known = [self.address, told.heard].find((address) => address && address.host !== self.hostname);
  return {
    ...refOfView(told.view),
    announced: known ?? reachableAt(told.view, told.meetAddresses),
    busPort: self.busPort,
  };
}

/**
 * Where the other nodes reach those that were given by name, for MEET takes IPs only, or through an address
 * map; keyed by where slotctl reaches them, as `formatAddress` has it.
 */
export type MeetAddresses = ReadonlyMap<string, Address>;

/** Where the other nodes reach the node, as far as slotctl can tell. */
export function reachableAt(view: NodeView, meetAddresses: MeetAddresses): Address {
  return meetAddresses.get(formatAddress(view.address)) ?? view.address;
}

/** Whether each has the other in its table, the handshake behind them. */
export function knowEachOther(views: readonly [NodeView, NodeView]): boolean {
  const [a, b] = views;
  return knows(a, b.self.id) && knows(b, a.self.id);
}

function knows(view: NodeView, id: string): boolean {
  const line = view.lines.find((line) => line.id === id);
  return line !== undefined && !line.flags.includes("handshake") && !line.flags.includes("noaddr");
}
