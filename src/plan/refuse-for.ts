import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { Refused } from "../errors.ts";

/** Throws one Refused that names every node with everything that stands in its way; does nothing for none. */
export function refuseFor(
  objections: readonly Objection[],
  { opening, code, hint }: { readonly opening: string; readonly code: string; readonly hint: string },
): void {
  const [first] = objections;
  if (!first) return;
  const reasonsOf = Map.groupBy(objections, ({ view }) => formatAddress(view.address));
  const list = [...reasonsOf].map(([node, found]) => {
    return `${node} ${found.map(({ reason }) => reason).join(" and ")}`;
  });
  const node = reasonsOf.size === 1 ? formatAddress(first.view.address) : undefined;
  throw new Refused(`${opening}: ${list.join("; ")}.`, { code, hint, node });
}

/** Something that stands in a node's way. */
export interface Objection {
  readonly view: NodeView;
  readonly reason: string;
}
