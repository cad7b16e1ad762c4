import { formatAddress } from "../cluster/address.ts";
import type { SourceView } from "../cluster/import-view.ts";
import { nodeName } from "../cluster/node-name.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { ImportInput } from "./import.ts";

type Input = Pick<ImportInput, "topology" | "sources" | "targets" | "wish">;

/** @throws Refused for a source that keys cannot be taken from, or not safely. */
export function refuseUnfitSources({ topology, sources, targets, wish }: Input): void {
  const own = new Map(targets.map(({ runId, address }) => [runId, formatAddress(address)]));
  for (const node of reachedNodes(topology)) {
    if (node.view) own.set(formatAddress(node.view.address), nodeName(node));
  }
  const seen = new Map<string, string>();
  for (const source of sources) {
    const node = formatAddress(source.address);
    const member = own.get(source.runId) ?? own.get(node);
    if (member !== undefined) {
      const { namedAs } = source;
      throw namedAs ? isMember(formatAddress(namedAs)) : isMember(node, member);
    }
    const twin = seen.get(source.runId);
    if (twin !== undefined) throw areOne(node, twin);
    seen.set(source.runId, node);
    refuseUnready(source, node, wish.copy);
  }
}

function isMember(node: string, member = node): Refused {
  const alias = node === member ? "" : ` (${member})`;
  return new Refused(`${node}${alias} is a node of the cluster itself: its keys are there already.`, {
    code: "source-in-cluster",
    node,
    hint: "To move keys between nodes of one cluster, use slotctl reshard or rebalance.",
  });
}

function areOne(node: string, twin: string): Refused {
  return new Refused(`${node} and ${twin} are one server: it would be read twice.`, {
    code: "source-twice",
    node,
    hint: "Name it once.",
  });
}

function refuseUnready({ isReplica, isLoading }: SourceView, node: string, copy: boolean): void {
  if (isLoading) {
    throw new Refused(`${node} is still loading its data.`, {
      code: "node-loading",
      node,
      hint: "Wait until it has, then run the same command again.",
    });
  }
  if (isReplica && !copy) {
    throw new Refused(`${node} is a replica: nothing can be moved away from it.`, {
      code: "source-is-replica",
      node,
      hint: "Give its primary, or take copies with --copy.",
    });
  }
}
