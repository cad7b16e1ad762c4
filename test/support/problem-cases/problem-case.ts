import { joinViews } from "../../../src/cluster/join-views.ts";
import type { NodeLine } from "../../../src/cluster/node-line.ts";
import type { NodeView } from "../../../src/cluster/node-view.ts";
import type { ProblemCode } from "../../../src/cluster/problem.ts";
import type { SlotSet } from "../../../src/cluster/slot-set.ts";
import type { Topology } from "../../../src/cluster/topology.ts";
import { aCluster, idOf, looksAt, type NodeSpec } from "../a-cluster.ts";

/** An imagined cluster that has a problem, and all that should be found in it. */
export interface ProblemCase {
  readonly code: ProblemCode;
  readonly what: string;
  readonly topology: Topology;
  /** `severity code: names [slots]` of every problem, the case's own among them. */
  readonly found: readonly string[];
}

/** Three primaries on hosts 1 to 3 and a replica of each on hosts 4 to 6. */
export const healthy: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "x", replicaOf: "a" },
  { name: "y", replicaOf: "b" },
  { name: "z", replicaOf: "c" },
];

/** The healthy cluster with some nodes changed and some added. */
export function healthyBut(
  changes: Readonly<Record<string, Partial<NodeSpec>>>,
  more: readonly NodeSpec[] = [],
) {
  return aCluster([...healthy.map((spec) => ({ ...spec, ...changes[spec.name] })), ...more]);
}

/** The healthy cluster in which node `viewer` says something else of node `about`. */
export function healthyButOneSays(
  viewer: string,
  about: string,
  change: Partial<NodeLine> | "nothing",
): Topology {
  return inWhich((view) => {
    if (view.self.id !== idOf(viewer)) return view;
    const edit = (line: NodeLine) =>
      line.id === idOf(about) && change !== "nothing" ? { ...line, ...change } : line;
    const isKept = (line: NodeLine) => line.id !== idOf(about) || change !== "nothing";
    return { ...view, self: edit(view.self), lines: view.lines.filter(isKept).map(edit) };
  });
}

/** A cluster in which every view is as `edit` makes it. */
export function inWhich(edit: (view: NodeView) => NodeView, specs: readonly NodeSpec[] = healthy): Topology {
  return joinViews(
    looksAt(specs).map((look) => ("view" in look ? { ...look, view: edit(look.view) } : look)),
  );
}

/** Changes to what a healthy replica says of its link. */
export function replication(change: Partial<NodeView["replication"]>): Partial<NodeView> {
  return { replication: { role: "replica", offset: 1000, linkUp: true, syncing: false, ...change } };
}

export function settings(values: Readonly<Record<string, string>>): Partial<NodeView> {
  return { settings: new Map(Object.entries(values)) };
}

export const refused = { state: "unreachable", detail: "connection refused" } as const;

/** The name that `idOf` made an id of. */
export function nameOf(id: string): string {
  return Buffer.from(id.replace(/(00)+$/, ""), "hex").toString();
}

/** A problem as the `found` of a case has it. */
export function inShort(problem: {
  readonly severity: string;
  readonly code: string;
  readonly nodeIds: readonly string[];
  readonly slots?: SlotSet;
}): string {
  const names = problem.nodeIds.map((id) => ` ${nameOf(id)}`).join("");
  return `${problem.severity} ${problem.code}:${names}${problem.slots ? ` [${problem.slots.toString()}]` : ""}`;
}
