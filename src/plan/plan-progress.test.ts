import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { resumePlan } from "./resume-plan.ts";
import { conditionsOf } from "./step-conditions.ts";
import type { NodeRef, Step } from "./step.ts";
import { Trails } from "./trails.ts";

const SPECS = {
  a: { name: "a", slots: "0-5460" },
  b: { name: "b", slots: "5461-10922" },
  c: { name: "c", slots: "10923-16383" },
  ra: { name: "ra", replicaOf: "a" },
  i: { name: "i" },
} satisfies Record<string, NodeSpec>;
type Name = keyof typeof SPECS;

/** The cluster with some of its nodes changed. */
function cluster(changes: Partial<Record<Name, Partial<NodeSpec>>> = {}): Topology {
  const names = Object.keys(SPECS) as Name[];
  return aCluster(names.map((name): NodeSpec => ({ ...SPECS[name], ...changes[name] })));
}

const basis = cluster();

function refTo(name: string, host: string): NodeRef {
  return { id: idOf(name), address: { host, port: 6379 } };
}

describe("a primary that becomes a replica and then takes over is a primary twice", () => {
  const [a, b] = [refTo("a", "10.0.0.1"), refTo("b", "10.0.0.2")];
  const follows = (replica: NodeRef, primary: NodeRef): Step => ({
    kind: "replicate",
    replica,
    primary,
    syncAtOnce: false,
  });
  const takesOver = (replica: NodeRef, { id }: NodeRef): Step => ({
    kind: "failover",
    replica,
    primaryId: id,
    mode: "graceful",
  });
  const kindsLeft = (steps: readonly Step[], topology: Topology) => {
    const now = { topology, asides: new Map(), functionsAt: new Set<string>() };
    const saved = { command: "place", basis, steps, notes: [] } as const;
    return resumePlan(saved, now).plan.steps.map(({ kind }) => kind);
  };

  test("an idle one has not done so while it has no slots", () => {
    const i = refTo("i", "10.0.0.5");
    const steps = [follows(i, b), takesOver(i, b), follows(b, i)];
    expect(kindsLeft(steps, basis)).toEqual(["replicate", "failover", "replicate"]);
    expect(kindsLeft(steps, cluster({ i: { replicaOf: "b" } }))).toEqual(["failover", "replicate"]);
    const after = cluster({ b: { slots: "", replicaOf: "i" }, i: { slots: "5461-10922" } });
    expect(kindsLeft(steps, after)).toEqual([]);
  });

  test("one that gives its slots away has not done so while it has only these, and its replicas", () => {
    const slots = parseSlots("0-5460");
    const ra = refTo("ra", "10.0.0.4");
    const move: Step = { kind: "move-slots", from: a, to: b, slots, mover: "classic" };
    const steps = [move, follows(ra, b), follows(a, b), takesOver(a, b), follows(ra, a), follows(b, a)];
    expect(kindsLeft(steps, basis)).toEqual(steps.map(({ kind }) => kind));
    const moved = cluster({
      b: { slots: "0-10922" },
      a: { slots: "", replicaOf: "b" },
      ra: { replicaOf: "b" },
    });
    expect(kindsLeft(steps, moved)).toEqual(["failover", "replicate", "replicate"]);
    const after = cluster({ a: { slots: "0-10922" }, b: { slots: "", replicaOf: "a" } });
    expect(kindsLeft(steps, after)).toEqual([]);
  });
});

test("a primary that gives its slots to several may come to follow any of them, and its replicas too", () => {
  const [a, b, c] = [refTo("a", "10.0.0.1"), refTo("b", "10.0.0.2"), refTo("c", "10.0.0.3")];
  const move = (to: NodeRef, slots: string): Step => ({
    kind: "move-slots",
    from: a,
    to,
    slots: parseSlots(slots),
    mover: "classic",
  });
  const follow: Step = { kind: "replicate", replica: refTo("ra", "10.0.0.4"), primary: c, syncAtOnce: false };
  const saved = {
    command: "place",
    basis,
    steps: [move(b, "0-99"), move(c, "100-5460"), follow],
    notes: [],
  } as const;
  const topology = cluster({
    a: { slots: "", replicaOf: "b" },
    b: { slots: "0-99,5461-10922" },
    c: { slots: "100-5460,10923-16383" },
    ra: { replicaOf: "b" },
  });
  const { changes, plan } = resumePlan(saved, { topology, asides: new Map(), functionsAt: new Set() });
  expect(changes.filter(({ matters }) => matters)).toEqual([]);
  expect(plan.steps).toEqual([follow]);
  expect(conditionsOf(follow, { at: 2, trails: new Trails(saved) })[0]).toMatchObject({
    kind: "follows",
    primaryId: idOf("a"),
    orRoles: [idOf("b"), idOf("c")],
  });
});
