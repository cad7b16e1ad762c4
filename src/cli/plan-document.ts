import { recordTopology } from "../cluster/topology-record.ts";
import { type Estimate, estimatePlan, estimateStep } from "../plan/estimate-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { conditionsOf, type StepCondition } from "../plan/step-conditions.ts";
import type { Survey } from "../plan/survey.ts";
import { Trails } from "../plan/trails.ts";
import { undoOfStep } from "../plan/undo-of-step.ts";
import { digestsOf, slotMapDigest } from "../saved/digests.ts";
import type { EstimateRecord, How, Wish } from "../saved/saved-plan.ts";
import { planJson } from "../ui/json-plan.ts";
import { stepJson } from "../ui/json-step.ts";

export interface PlanDocumentInput {
  readonly plan: Plan;
  readonly wish: Wish;
  readonly how: How;
  readonly survey: Survey | undefined;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** A plan file's content, without the digests that seal it. */
export function planDocument({ plan, wish, how, survey, createdAt, createdBy }: PlanDocumentInput) {
  const { basis } = plan;
  const { command, summary, basis: basisJson, steps, notes } = planJson(plan);
  const trails = new Trails(plan);
  const keysPerSecondMax = how.keysPerSecondMax ?? undefined;
  return {
    $schema: "urn:slotctl:schema:plan-file:1",
    kind: "slotctl-plan",
    schemaVersion: 1,
    createdAt,
    createdBy,
    command,
    wish,
    how,
    summary,
    estimate: estimateJson(estimatePlan(plan, { keysPerSecondMax, survey })),
    steps: plan.steps.map((step, index) => {
      const undo = undoOfStep(step, basis);
      return {
        step: steps[index],
        needs: conditionsOf(step, { at: index, trails }).map(conditionJson),
        undo: "step" in undo ? { step: stepJson(undo.step) } : undo,
        estimate: estimateJson(estimateStep(step, { basis, keysPerSecondMax })),
      };
    }),
    notes,
    basis: { ...basisJson, slotMapDigest: slotMapDigest(basis), views: recordTopology(basis) },
  } as const;
}

/** The same with a digest of each part, by which a change by hand is found. */
export function sealed<Document extends object>(document: Document) {
  // As it will be read: what JSON leaves out is no part of it.
  const plain = JSON.parse(JSON.stringify(document)) as Document & Record<string, unknown>;
  return { ...plain, digests: digestsOf(plain) };
}

function estimateJson({ slots, keys, bytes, seconds }: Estimate): EstimateRecord {
  return { slots, keys: keys ?? null, bytes: bytes ?? null, seconds: seconds ?? null };
}

function conditionJson({ nodeId, ...condition }: StepCondition) {
  const { kind, ...facts } = condition;
  const { orRoles: _, ...told } = "orRoles" in facts ? facts : { ...facts, orRoles: undefined };
  return { kind, node: nodeId, ...told };
}
