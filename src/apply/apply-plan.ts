import type { Address } from "../cluster/address.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { Stopped } from "../errors.ts";
import { awaitsAgreement, brokenBefore } from "../plan/broken-before.ts";
import { leaversOf, type Plan } from "../plan/plan.ts";
import { stagesOf } from "../plan/stages-of.ts";
import { conditionsOf } from "../plan/step-conditions.ts";
import type { Step, StepKind, StepOf } from "../plan/step.ts";
import { Trails } from "../plan/trails.ts";
import type { ApplyContext } from "./apply-context.ts";
import { assignSlots, setEpochs } from "./assign-slots.ts";
import { awaitOk } from "./await-ok.ts";
import { claimSlots } from "./claim-slots.ts";
import { failOver } from "./fail-over.ts";
import { forgetNodes, renewIds, resetNodes } from "./forget-nodes.ts";
import { gatherKeys } from "./gather-keys.ts";
import { loadFunctions } from "./load-functions.ts";
import { meetNodes } from "./meet-nodes.ts";
import { moveSlots } from "./move-slots.ts";
import { replicate } from "./replicate.ts";
import { setConfigs } from "./set-configs.ts";
import { settleSlots } from "./settle-slots.ts";
import type { JudgedStage } from "./stage.ts";
import { waitForAgreement } from "./wait-for-agreement.ts";

/**
 * Carries out a plan, stage by stage, and waits until all nodes agree on the outcome. Every stage looks at
 * what the nodes report now and does what is missing, so a plan can be applied again after any stop. Of a
 * plan without steps nothing is left but to wait, where the nodes did not agree when it was made.
 *
 * @returns how many steps are complete: all of them.
 * @throws the SlotctlError of what went wrong, Stopped when the signal asked for it, or DeadlinePassed.
 *   The context's events and tally tell how far it came.
 */
export async function applyPlan(context: ApplyContext, plan: Plan): Promise<number> {
  const { clock, emit } = context;
  const startMs = clock.nowMs();
  const remaining = membersAfter(plan);
  let applied = 0;
  let made: Trails | undefined;
  const trails = () => (made ??= new Trails(plan));
  for (const { steps, firstIndex } of stagesOf(plan.steps)) {
    if (context.signal.aborted) throw stopped();
    const stageMs = clock.nowMs();
    steps.forEach((step, offset) => emit({ event: "step-start", index: firstIndex + offset, step }));
    const onEnd = (step: Step) => {
      const seconds = (clock.nowMs() - stageMs) / 1000;
      emit({ event: "step-end", index: firstIndex + steps.indexOf(step), step, seconds });
    };
    const ended = new Set<Step>();
    await applyStage(context, {
      steps,
      basis: plan.basis,
      conditionsOf: (step) => conditionsOf(step, { at: firstIndex + steps.indexOf(step), trails: trails() }),
      members: remaining,
      onEnd: (step) => {
        ended.add(step);
        onEnd(step);
      },
    });
    if (ended.size < steps.length) throw stopped();
    applied += steps.length;
  }
  if (awaitsAgreement(plan)) {
    const isLasting = plan.steps.some(({ kind }) => kind === "failover");
    await waitForAgreement(context, remaining, { brokenLinks: brokenBefore(plan), isLasting });
  }
  emit({ event: "done", applied, seconds: (clock.nowMs() - startMs) / 1000 });
  return applied;
}

async function applyStage(context: ApplyContext, stage: JudgedStage): Promise<void> {
  const [first] = stage.steps;
  const as = <Kind extends StepKind>(kind: Kind): JudgedStage<Kind> => ({
    ...stage,
    steps: stage.steps.filter((step): step is StepOf<Kind> => step.kind === kind),
  });
  switch (first?.kind) {
    case undefined:
      return;
    case "meet":
      return await meetNodes(context, as("meet"));
    case "assign-slots":
      return await assignSlots(context, as("assign-slots"));
    case "set-epoch":
      return await setEpochs(context, as("set-epoch"));
    case "await-ok":
      return await awaitOk(context, as("await-ok"));
    case "replicate":
      return await replicate(context, as("replicate"));
    case "move-slots":
      return await moveSlots(context, as("move-slots"));
    case "settle-slot":
      return await settleSlots(context, as("settle-slot"));
    case "claim-slots":
      return await claimSlots(context, as("claim-slots"));
    case "gather-keys":
      return await gatherKeys(context, as("gather-keys"));
    case "failover":
      return await failOver(context, as("failover"));
    case "forget":
      return await forgetNodes(context, as("forget"));
    case "reset":
      return await resetNodes(context, as("reset"));
    case "renew-id":
      return await renewIds(context, as("renew-id"));
    case "load-functions":
      return await loadFunctions(context, as("load-functions"));
    case "set-config":
      return await setConfigs(context, as("set-config"));
  }
}

/** Whoever answered when the plan was made, newcomers included, without those that it removes. */
function membersAfter(plan: Plan): Address[] {
  const leaving = leaversOf(plan);
  const members = new Map(
    reachedNodes(plan.basis).flatMap((node) => (node.view ? [[node.id, node.view.address] as const] : [])),
  );
  for (const step of plan.steps) if (step.kind === "meet") members.set(step.node.id, step.node.address);
  return [...members].filter(([id]) => !leaving.has(id)).map(([, address]) => address);
}

function stopped(): Stopped {
  return new Stopped("Stopped between two steps, as asked.", { code: "stopped" });
}
