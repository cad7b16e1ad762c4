import type { ClusterNode, Topology } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";
import { describeNote } from "./describe-note.ts";
import { reasonJson } from "./json-reason.ts";
import { addressJson, stepJson } from "./json-step.ts";
import { summarizePlan } from "./summarize-plan.ts";

/** A plan as the contract's JSON has it: what it was decided on, and every step of it. */
export function planJson(plan: Plan) {
  return {
    schemaVersion: 1,
    command: plan.command,
    basis: basisJson(plan.basis),
    steps: plan.steps.map((step) => ({
      ...stepJson(step),
      ...(step.why ? { why: reasonJson(step.why, plan.basis) } : {}),
    })),
    notes: plan.notes.map((note) => ({ ...note, ...describeNote(note, plan.basis) })),
    summary: summarizePlan(plan),
  } as const;
}

export function basisJson({ nodes }: Topology) {
  return { nodes: nodes.map(basisNodeJson) };
}

/** What a plan depends on: who is there, in which role, with which slots, as of which epoch. */
function basisNodeJson(node: ClusterNode) {
  return {
    id: node.id,
    address: addressJson(node.address),
    role: node.role,
    ...(node.primaryId === undefined ? {} : { primaryId: node.primaryId }),
    epoch: node.configEpoch,
    slots: node.slots.toString(),
  };
}
