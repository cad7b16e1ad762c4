import { listNames, nodeName } from "../cluster/node-name.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import type { ClusterNode, Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { seedOf } from "../plan/repair-hint.ts";
import { UNMEASURED_WORDS } from "../ui/load-words.ts";
import type { SlotStats } from "../wire/node-client.ts";
import type { SlotSizes } from "../wire/sample-sizes.ts";

import type { RateMeasure } from "./rates-between.ts";

/**
 * Whether every node counts what is asked for.
 *
 * @throws Refused with what can be had, and how.
 */
export function refuseUncounted({
  nodes,
  stats,
  measure,
  topology,
}: {
  readonly nodes: readonly { readonly node: ClusterNode }[];
  readonly stats: readonly ReadonlyMap<number, SlotStats>[];
  readonly measure: RateMeasure;
  readonly topology: Topology;
}): void {
  const seed = seedOf(topology);
  const what = UNMEASURED_WORDS[measure];
  const instead = `What is left is slots, keys and memory: slotctl rebalance ${seed} --by memory`;
  const deaf = nodes.filter((_, at) => stats[at]?.size === 0);
  const [old] = deaf;
  if (old) {
    const { engine = "redis", version = "" } = old.node.view ?? {};
    throw new Refused(
      `${listNames(deaf.map(({ node }) => nodeName(node)))} cannot tell ${what}: CLUSTER SLOT-STATS came with ` +
        `Redis 8.2 and Valkey 8.0, and ${nodeName(old.node)} is ${engine} ${version}.`,
      { code: "cannot-measure", node: nodeName(old.node), hint: instead },
    );
  }
  const silent = nodes.filter((_, at) =>
    [...(stats[at]?.values() ?? [])].some((each) => !isCounted(each, measure)),
  );
  const [first] = silent;
  if (!first) return;
  const { view } = first.node;
  // As a list it can be set while the server runs; `yes` would ask for memory too, which cannot (Redis 8.4 and later).
  const value = view && isServerFrom(view, { engine: "redis", from: [8, 4] }) ? '"cpu net"' : "yes";
  throw new Refused(
    `${listNames(silent.map(({ node }) => nodeName(node)))} could tell ${what} and does not count it: ` +
      "cluster-slot-stats-enabled is off there.",
    {
      code: "cannot-measure",
      node: nodeName(first.node),
      hint:
        `This turns it on, at some cost for each command: slotctl call ${seed} --only primaries -- ` +
        `CONFIG SET cluster-slot-stats-enabled ${value}. Without it: slotctl rebalance ${seed} --by memory`,
    },
  );
}

function isCounted({ cpuMicroseconds, networkBytes }: SlotStats, measure: RateMeasure): boolean {
  if (measure === "network") return networkBytes !== undefined;
  if (measure === "cpu") return cpuMicroseconds !== undefined;
  return cpuMicroseconds !== undefined || networkBytes !== undefined;
}

/**
 * Whether sizes of keys were to be had at all.
 *
 * @throws Refused where a node holds keys and told the size of none.
 */
export function refuseUnsized(
  nodes: readonly { readonly node: ClusterNode }[],
  sizes: readonly ReadonlyMap<number, SlotSizes>[],
): void {
  const mute = nodes.filter((_, at) => {
    const all = [...(sizes[at]?.values() ?? [])];
    return all.length > 0 && all.every(({ keysSeen }) => keysSeen === 0);
  });
  const [first] = mute;
  if (!first) return;
  throw new Refused(
    `${listNames(mute.map(({ node }) => nodeName(node)))} did not tell the size of a single key.`,
    {
      code: "cannot-measure",
      node: nodeName(first.node),
      hint: "The user needs the right to run MEMORY USAGE there, on all keys.",
    },
  );
}
