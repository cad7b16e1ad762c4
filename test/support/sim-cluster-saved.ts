import { planDocument, sealed } from "../../src/cli/plan-document.ts";
import { formsCluster } from "../../src/plan/forms-cluster.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type ResumedPlan, resumePlan } from "../../src/plan/resume-plan.ts";
import { nodesOf } from "../../src/plan/step-nodes.ts";
import { type PlanRecord, savedPlanOf } from "../../src/saved/saved-plan.ts";
import { SlotctlError } from "../../src/errors.ts";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import { mayHideKeys, onlyStraysOf } from "../../src/plan/strays-of-plan.ts";
import { resumeRepair } from "../../src/plan/resume-repair.ts";
import { findKeyConflicts } from "../../src/wire/find-key-conflicts.ts";
import { lookAside, observeApart } from "../../src/wire/observe-for-plan.ts";
import { observe } from "../../src/wire/observe.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** The plan as it comes back from a file. */
export function throughFile(plan: Plan): Plan {
  const document = planDocument({
    plan,
    wish: { args: {}, flags: {} },
    how: { mover: "auto", replace: false, maxLatencyMs: 0, keysPerSecondMax: null, pairsAtOnceMax: 16 },
    survey: undefined,
    createdAt: "2026-11-21T10:00:00.000Z",
    createdBy: "slotctl/0.0.0",
  });
  const text = JSON.stringify(sealed(document));
  return savedPlanOf(JSON.parse(text) as PlanRecord).plan;
}

/** What is left of a saved plan, by what the nodes of the simulated cluster report now. */
export async function resume(cluster: SimCluster, saved: Plan): Promise<ResumedPlan> {
  const topology = onlyStraysOf(saved, await observeFor(cluster, saved));
  const named = saved.steps.flatMap(nodesOf);
  const asides = await lookAside(cluster.clients, { topology, named });
  const functionsAt = new Set<string>();
  for (const step of saved.steps) {
    if (step.kind !== "load-functions") continue;
    if (await cluster.clients.at(step.to.address).dumpFunctions()) functionsAt.add(step.to.id);
  }
  const now = { topology, asides, functionsAt };
  if (saved.command !== "fix") return resumePlan(saved, now);
  const conflicts = await findKeyConflicts(cluster.clients, { topology, within: SlotSet.all });
  return resumeRepair(saved, { now, conflicts, wish: { slots: undefined } });
}

async function observeFor({ clients }: SimCluster, plan: Plan) {
  const { command, basis, steps } = plan;
  const addresses = basis.nodes.flatMap(({ view }) => (view ? [view.address] : []));
  const isRepair = command === "fix";
  const settings = isRepair || steps.some(({ kind }) => kind === "set-config");
  const wishes = { settings, moving: true, repair: isRepair, deep: mayHideKeys(plan) };
  if (formsCluster(plan)) return await observeApart(clients, addresses, wishes);
  const leaving = new Set(steps.flatMap((step) => (step.kind === "reset" ? [step.node.id] : [])));
  const seeds = basis.nodes.flatMap(({ id, view }) => (view && !leaving.has(id) ? [view.address] : []));
  for (const seed of seeds) {
    try {
      return await observe({ clients, seed, mapAddress: (announced) => announced, wishes });
    } catch (error) {
      if (!(error instanceof SlotctlError)) throw error;
    }
  }
  throw new Error("no node of the basis answers");
}
