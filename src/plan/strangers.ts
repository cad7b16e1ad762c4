import { formatAddress } from "../cluster/address.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { type MeetAddresses, reachableAt } from "./meet-peer.ts";

/**
 * The nodes that `view` knows and that are not `expected`. A node in handshake has a made-up id, so it is
 * judged by its address.
 */
export function strangersTo(
  view: NodeView,
  expected: { readonly ids: ReadonlySet<string>; readonly addresses: ReadonlySet<string> },
): NodeLine[] {
  return view.lines.filter(({ id, address, flags }) => {
    const inHandshake = flags.includes("handshake") && address !== undefined;
    return !expected.ids.has(id) && !(inHandshake && expected.addresses.has(formatAddress(address)));
  });
}

/** Everything a node may be called in somebody's handshake with it. */
export function addressesOf(view: NodeView, meetAddresses: MeetAddresses): string[] {
  const { address, self } = view;
  return [address, reachableAt(view, meetAddresses), ...(self.address ? [self.address] : [])].map(
    formatAddress,
  );
}
