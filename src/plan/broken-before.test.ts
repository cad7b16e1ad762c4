import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { awaitsAgreement, brokenBefore } from "./broken-before.ts";
import type { Plan } from "./plan.ts";
import type { NodeRef, Step } from "./step.ts";

const linkDown = { replication: { role: "replica", offset: 0, linkUp: false, syncing: false } } as const;
const dead = { state: "unreachable", detail: "connection refused" } as const;

/** Two shards; the links of both replicas are down. */
const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191" },
  { name: "b", slots: "8192-16383" },
  { name: "ra", replicaOf: "a", view: linkDown },
  { name: "rb", replicaOf: "b", view: linkDown },
];
const [RA, RB] = ["10.0.0.3:6379", "10.0.0.4:6379"];

const ref = (name: string): NodeRef => ({
  id: idOf(name),
  address: { host: `10.0.0.${specs.findIndex((spec) => spec.name === name) + 1}`, port: 6379 },
});

function plan(steps: readonly Step[], basis: Topology = aCluster(specs)): Plan {
  return { command: "reshard", basis, steps, notes: [] };
}

function changed(name: string, change: Partial<NodeSpec>): Topology {
  return aCluster(specs.map((spec) => (spec.name === name ? { ...spec, ...change } : spec)));
}

const everybody = specs.map(({ name }) => ref(name));

test.each<{ name: string; steps: Step[]; broken: (string | undefined)[] }>([
  { name: "nothing", steps: [], broken: [RA, RB] },
  {
    name: "moving slots",
    steps: [{ kind: "move-slots", from: ref("a"), to: ref("b"), slots: parseSlots("1"), mover: "classic" }],
    broken: [RA, RB],
  },
  {
    name: "following another primary",
    steps: [{ kind: "replicate", replica: ref("ra"), primary: ref("b"), syncAtOnce: false }],
    broken: [RB],
  },
  {
    name: "becoming primary",
    steps: [{ kind: "failover", replica: ref("rb"), primaryId: idOf("b"), mode: "force" }],
    broken: [RA],
  },
  {
    name: "being reset",
    steps: [{ kind: "reset", node: ref("ra") }],
    broken: [RB],
  },
  {
    name: "only getting to know or to forget somebody",
    steps: [
      { kind: "meet", node: { ...ref("a"), id: idOf("new") }, peers: [] },
      { kind: "forget", node: { id: idOf("gone"), address: undefined }, by: everybody },
    ],
    broken: [RA, RB],
  },
])("a link that was down is not waited for, unless the replica is changed: by $name", ({ steps, broken }) => {
  expect([...brokenBefore(plan(steps))]).toEqual(broken);
});

test("a link that was up is waited for", () => {
  expect([...brokenBefore(plan([], changed("ra", { view: {} })))]).toEqual([RB]);
});

test.each<{ name: string; basis: Topology; awaits: boolean }>([
  { name: "all is well but links", basis: aCluster(specs), awaits: false },
  { name: "a node reports fail", basis: changed("b", { view: { clusterState: "fail" } }), awaits: true },
  { name: "a node knows nobody", basis: changed("b", { view: { lines: [] } }), awaits: true },
  { name: "a replica does not answer", basis: changed("rb", { unreached: dead }), awaits: false },
])("without steps, $name: awaits agreement is $awaits", ({ basis, awaits }) => {
  expect(awaitsAgreement(plan([], basis))).toBe(awaits);
});

test("steps await agreement, but for a setting, which changes nobody's view", () => {
  expect(awaitsAgreement(plan([{ kind: "reset", node: ref("a") }]))).toBe(true);
  const unsettled = changed("b", { view: { clusterState: "fail" } });
  expect(awaitsAgreement({ ...plan([], unsettled), command: "set-timeout" })).toBe(false);
});
