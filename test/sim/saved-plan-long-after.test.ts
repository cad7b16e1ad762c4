import { beforeEach, describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { planAddNode } from "../../src/plan/plan-add-node.ts";
import { planCreate } from "../../src/plan/plan-create.ts";
import { planFailover } from "../../src/plan/plan-failover.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";

// The plan of a cluster that was formed, applied once more when the cluster has been used for long.

const NAMES = ["a", "b", "c", "d", "e", "f"];
const A_DAY_MS = 24 * 3600 * 1000;

let cluster: SimCluster;
let saved: Plan;

async function viewsOf(names: readonly string[]) {
  const looks = await Promise.all(names.map((name) => cluster.clients.at(cluster.node(name).address).look()));
  return looks.flatMap((look) => ("view" in look ? [look.view] : []));
}

function clientOf(name: string) {
  return cluster.clients.at(cluster.node(name).address);
}

/** It has just come to see all slots covered, and takes no keys yet. */
function isDown(name: string): void {
  const node = cluster.node(name);
  node.state = "fail";
  node.coveredSinceMs = undefined;
}

async function form(replicasPerPrimary: number): Promise<void> {
  const nodes = [...NAMES, "new"].map((name) => ({ name, isAlone: true }));
  cluster = new SimCluster({ seed: 1, nodes, settings: { pingsPerRound: 6, rejoinDelayMs: 2000 } });
  const wish = { replicasPerPrimary, allowFewPrimaries: false };
  saved = throughFile(planCreate({ views: await viewsOf(NAMES), wish }));
  await carryOut(cluster, saved);
}

/** What apply would do, and why it would not. */
async function again() {
  const { plan, changes } = await resume(cluster, saved);
  const grave = changes.filter(({ matters }) => matters).map(({ change }) => change.kind);
  return { steps: plan.steps.map(({ kind }) => kind), grave };
}

const DONE = { steps: [], grave: [] };

beforeEach(async () => {
  await form(1);
});

test("where nothing has changed nothing is left", async () => {
  expect(await again()).toEqual(DONE);
});

describe("the cluster is down", () => {
  test("with replicas and days later nobody waits for it to come up, and no node is hastened", async () => {
    for (const name of NAMES) isDown(name);
    expect(await again()).toEqual(DONE);
  });

  test("and has got members that the plan does not know: that is no cluster that is being formed", async () => {
    await form(0);
    const newcomers = await viewsOf(["new"]);
    const topology = await cluster.observe("a");
    const wish = { replica: false };
    await carryOut(cluster, planAddNode({ topology, newcomers, wish, functions: new Set() }));
    isDown("a");
    expect((await again()).steps).not.toContain("await-ok");
  });

  test("right after it was formed it is waited for", async () => {
    await form(0);
    isDown("a");
    expect(await again()).toEqual({ steps: ["await-ok"], grave: [] });
  });
});

describe("somebody else has changed it, so the plan is out of date", () => {
  test("slots have moved", async () => {
    const topology = await cluster.observe("a");
    const wish = { toId: idOf("b"), fromIds: [idOf("a")], slots: parseSlots("0-9") };
    await carryOut(cluster, planReshard({ topology, wish }));
    expect((await again()).grave).toContain("slots-moved");
  });

  test("a replica has taken over", async () => {
    const topology = await cluster.observe("a");
    const replicaId = topology.nodes.find(({ role }) => role === "replica")?.id ?? "";
    await carryOut(cluster, planFailover({ topology, wish: { replicaId, mode: "graceful" } }));
    expect((await again()).grave).toContain("slots-moved");
  });

  test("slots were taken from their owner, and nobody has them: they are not given out again", async () => {
    for (const name of NAMES) await clientOf(name).dropSlots(parseSlots("0-9"));
    expect((await again()).grave).toEqual(["slots-moved"]);
  });

  test("and after a day nothing is left where all is as it was made", async () => {
    await cluster.clock.sleep(A_DAY_MS / 1000);
    expect(await again()).toEqual(DONE);
  });
});
