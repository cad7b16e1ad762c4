import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { conditionsOfSteps } from "../../test/support/conditions-of-steps.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { planDrain } from "./plan-drain.ts";
import type { Step, StepOf } from "./step.ts";
import { type JudgedStep, unmetConditions } from "./unmet-conditions.ts";

const SPECS: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191" },
  { name: "b", slots: "8192-16383" },
  { name: "ra", replicaOf: "a" },
  { name: "sa", replicaOf: "a" },
  { name: "rb", replicaOf: "b" },
  { name: "n" },
];
const basis = aCluster(SPECS);

function clusterWith(changes: Readonly<Record<string, Partial<NodeSpec>>>): Topology {
  return aCluster(SPECS.map((spec) => ({ ...spec, ...changes[spec.name] })));
}

function ref(name: string) {
  const address = nodeById(basis, idOf(name))?.view?.address;
  if (!address) throw new Error(`there is no ${name}`);
  return { id: idOf(name), address };
}

const failover: StepOf<"failover"> = {
  kind: "failover",
  replica: ref("ra"),
  primaryId: idOf("a"),
  mode: "graceful",
};
const follow = (replica: string, primary: string): StepOf<"replicate"> => ({
  kind: "replicate",
  replica: ref(replica),
  primary: ref(primary),
  syncAtOnce: false,
});

function unmet(step: JudgedStep, now: Topology, steps: readonly Step[] = [step]): string[] {
  const conditions = conditionsOfSteps(steps, basis)(step);
  return unmetConditions(step, { conditions, now }).map(({ kind }) => kind);
}

describe("what a change of roles needs", () => {
  const link = (linkUp: boolean, syncing = false) => ({
    view: { replication: { role: "replica" as const, offset: 0, linkUp, syncing } },
  });
  const taken = { a: { slots: "", replicaOf: "ra" }, ra: { slots: "0-8191", replicaOf: "" } };
  const forced: StepOf<"failover"> = { ...failover, mode: "force" };
  test.each<{ name: string; step: JudgedStep; now: Topology; missing: string[] }>([
    { name: "all holds", step: failover, now: basis, missing: [] },
    { name: "it is done", step: failover, now: clusterWith(taken), missing: [] },
    { name: "no link", step: failover, now: clusterWith({ ra: link(false) }), missing: ["in-sync"] },
    { name: "no link, by force", step: forced, now: clusterWith({ ra: link(false) }), missing: [] },
    {
      name: "half a sync, by force",
      step: forced,
      now: clusterWith({ ra: link(false, true) }),
      missing: ["is-whole"],
    },
    {
      name: "of another shard",
      step: failover,
      now: clusterWith({ ra: { replicaOf: "b" } }),
      missing: ["follows"],
    },
    { name: "a newcomer", step: follow("n", "b"), now: basis, missing: [] },
    {
      name: "a newcomer that has got slots",
      step: follow("n", "b"),
      now: clusterWith({ a: { slots: "1-8191" }, n: { slots: "0" } }),
      missing: ["is-free"],
    },
    {
      name: "a newcomer that follows somebody",
      step: follow("n", "b"),
      now: clusterWith({ n: { replicaOf: "a" } }),
      missing: ["is-free"],
    },
    {
      name: "it follows already",
      step: follow("sa", "b"),
      now: clusterWith({ sa: { replicaOf: "b" } }),
      missing: [],
    },
    {
      name: "its new primary is a replica by now",
      step: follow("sa", "b"),
      now: clusterWith({ b: { slots: "", replicaOf: "rb" }, rb: { slots: "8192-16383", replicaOf: "" } }),
      missing: ["is-primary"],
    },
  ])("$name", ({ step, now, missing }) => {
    expect(unmet(step, now)).toEqual(missing);
  });

  test("is what the steps before make of a node, whether it has heard of them or not", () => {
    const step = follow("sa", "b");
    const steps = [failover, step];
    expect(unmet(step, clusterWith({ ...taken, sa: { replicaOf: "ra" } }), steps)).toEqual([]);
    expect(unmet(step, clusterWith(taken), steps)).toEqual([]);
    expect(unmet(step, clusterWith({ ...taken, sa: { replicaOf: "rb" } }), steps)).toEqual(["follows"]);
  });
});

test("what a plan needs first holds on the cluster that it was made for", () => {
  const plan = planDrain({ topology: basis, drainedIds: new Set(["a", "b"].map(idOf)), places: new Map() });
  const judged = plan.steps.filter((step) => step.kind === "failover");
  expect(judged).toHaveLength(2);
  for (const step of judged) expect(unmet(step, basis, plan.steps)).toEqual([]);
});
