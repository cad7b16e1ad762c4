import { type Address, parseAddress } from "../../src/cluster/address.ts";
import { joinViews } from "../../src/cluster/join-views.ts";
import type { NodeLine, OpenSlot } from "../../src/cluster/node-line.ts";
import type { Look, NodeView, Unreached } from "../../src/cluster/node-view.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import type { Topology } from "../../src/cluster/topology.ts";

/** A node of an imagined cluster; whatever is left out is that of a healthy one. */
export interface NodeSpec {
  /** A short word; `idOf` makes it the 40 hex digits of a node id. */
  readonly name: string;
  /** `host:port`; by default all nodes are on hosts of their own. */
  readonly at?: string;
  readonly slots?: string;
  readonly replicaOf?: string;
  readonly keys?: number;
  readonly epoch?: number;
  readonly flags?: readonly string[];
  readonly open?: readonly { slot: number; direction: OpenSlot["direction"]; peer: string }[];
  /** It does not answer; the others still speak of it. */
  readonly unreached?: Unreached;
  /** Changes to what it reports itself. */
  readonly view?: Partial<NodeView>;
}

/** Of a node that does not answer: nobody listens at its address. */
export const down = { state: "unreachable", detail: "connection refused" } as const satisfies Unreached;

/** The node id of an imagined node: its name in hex, filled up with zeros. */
export function idOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
}

/** All looks that observing the imagined cluster would give. */
export function looksAt(specs: readonly NodeSpec[]): (Look & { expectedId: string })[] {
  const lines = specs.map(lineOf);
  return specs.map((spec, index) => {
    const address = addressOf(spec, index);
    const expectedId = idOf(spec.name);
    if (spec.unreached) return { address, expectedId, unreached: spec.unreached };
    return { address, expectedId, view: viewOf(spec, index, lines) };
  });
}

/** The topology of an imagined cluster, as observing it would give. */
export function aCluster(specs: readonly NodeSpec[]): Topology {
  return joinViews(looksAt(specs));
}

/** The view of an empty node that knows nobody. */
export function anEmptyNode(name: string, at: string): NodeView {
  const spec = { name, at, epoch: 0 };
  return viewOf(spec, 0, [lineOf(spec, 0)]);
}

function addressOf(spec: NodeSpec, index: number): Address {
  return parseAddress(spec.at ?? `10.0.0.${index + 1}:6379`);
}

function lineOf(spec: NodeSpec, index: number): NodeLine {
  const address = addressOf(spec, index);
  return {
    id: idOf(spec.name),
    address: spec.flags?.includes("noaddr") ? undefined : address,
    busPort: address.port + 10_000,
    hostname: undefined,
    flags: spec.flags ?? [],
    role: spec.replicaOf ? "replica" : "primary",
    primaryId: spec.replicaOf ? idOf(spec.replicaOf) : undefined,
    configEpoch: spec.epoch ?? index + 1,
    linkUp: !spec.unreached,
    slots: spec.slots ? parseSlots(spec.slots) : SlotSet.empty,
    openSlots: [],
  };
}

function viewOf(spec: NodeSpec, index: number, lines: readonly NodeLine[]): NodeView {
  const line = lines[index] as NodeLine;
  const openSlots = (spec.open ?? []).map(({ slot, direction, peer }) => ({
    slot,
    direction,
    peerId: idOf(peer),
  }));
  return {
    address: addressOf(spec, index),
    self: { ...line, flags: [], openSlots },
    lines: lines.filter((other) => other !== line),
    clusterState: "ok",
    currentEpoch: lines.length,
    engine: "redis",
    version: "7.0.15",
    replication: { role: line.role, offset: 1000, linkUp: true, syncing: false },
    keys: spec.keys ?? 0,
    hasKeys: (spec.keys ?? 0) > 0,
    memoryBytes: 1_000_000,
    datasetBytes: 100_000,
    maxmemoryBytes: 0,
    keysInOpenSlots: new Map(),
    ...spec.view,
  };
}
