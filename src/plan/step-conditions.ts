import { SlotSet } from "../cluster/slot-set.ts";
import type { Step, StepOf } from "./step.ts";
import { lastOf, type Mark, type RoleValue, type Trails } from "./trails.ts";

/** What must hold of a node right before a step, unless the step is done already. */
export type StepCondition =
  | { readonly kind: "owns"; readonly nodeId: string; readonly slots: SlotSet }
  | { readonly kind: "is-primary"; readonly nodeId: string }
  | {
      readonly kind: "follows";
      readonly nodeId: string;
      readonly primaryId: string;
      /** Whom it may follow just as well, undefined for nobody: what the steps before make of it takes a moment. */
      readonly orRoles: readonly RoleValue[];
    }
  /** It owns no slots, and nobody follows it. */
  | { readonly kind: "is-free"; readonly nodeId: string; readonly orRoles: readonly RoleValue[] }
  /** Its link is up, and it has what its primary has, but for what is on its way. */
  | { readonly kind: "in-sync"; readonly nodeId: string }
  /** It is not in the midst of a sync, with part of the data. */
  | { readonly kind: "is-whole"; readonly nodeId: string }
  /** It knows nobody whom the plan does not know, and holds no keys unless it is a member. */
  | { readonly kind: "is-no-stranger"; readonly nodeId: string }
  | {
      readonly kind: "has-setting";
      readonly nodeId: string;
      readonly setting: string;
      readonly value: string;
    }
  | { readonly kind: "answers"; readonly nodeId: string };

/**
 * What the step at a place of a plan needs, with all steps before it done. A saved plan tells it; as a step's turn comes
 * it is judged by what the nodes report then, and the step is not sent where it does not hold.
 */
export function conditionsOf(
  step: Step,
  { at, trails }: { readonly at: number; readonly trails: Trails },
): StepCondition[] {
  const answers = (nodeId: string): StepCondition => ({ kind: "answers", nodeId });
  switch (step.kind) {
    case "meet":
      return [step.node, ...step.peers].map(({ id }) => ({ kind: "is-no-stranger", nodeId: id }));
    case "move-slots":
      return [
        { kind: "owns", nodeId: step.from.id, slots: step.slots },
        { kind: "is-primary", nodeId: step.to.id },
      ];
    case "settle-slot":
      return [{ kind: "owns", nodeId: step.owner.id, slots: step.slots }];
    case "claim-slots":
      return [step.owner, ...step.rivals].map(({ id }) => ({ kind: "is-primary", nodeId: id }));
    case "gather-keys":
      return [
        { kind: "is-primary", nodeId: step.from.id },
        { kind: "owns", nodeId: step.to.id, slots: step.slots },
      ];
    case "failover":
      return takeoverConditions(step);
    case "replicate":
      return [
        roleBefore(step.replica.id, trails.rolesOf(step.replica.id), at),
        { kind: "is-primary", nodeId: step.primary.id },
      ];
    case "forget":
      return [isFree(step.node.id), ...step.by.map(({ id }) => answers(id))];
    case "reset":
      return [isFree(step.node.id)];
    case "assign-slots":
    case "set-epoch":
      return [{ kind: "is-no-stranger", nodeId: step.node.id }];
    case "set-config": {
      const { node, setting, before } = step;
      return [{ kind: "has-setting", nodeId: node.id, setting, value: before }];
    }
    case "load-functions":
      return [answers(step.from.id), answers(step.to.id)];
    case "await-ok":
    case "renew-id":
      return [answers(step.node.id)];
  }
}

function takeoverConditions({ replica: { id }, primaryId, mode }: StepOf<"failover">): StepCondition[] {
  return [
    { kind: "follows", nodeId: id, primaryId, orRoles: [] },
    { kind: mode === "graceful" ? "in-sync" : "is-whole", nodeId: id },
  ];
}

/** What the steps before leave it as; a newcomer is free. */
function roleBefore(nodeId: string, trail: readonly Mark<RoleValue>[], at: number): StepCondition {
  const before = trail.filter((mark) => mark.at < at);
  const primaryId = lastOf(before);
  const orRoles = (before.at(-1)?.values ?? []).filter((value) => value !== primaryId);
  return primaryId === undefined ? isFree(nodeId, orRoles) : { kind: "follows", nodeId, primaryId, orRoles };
}

function isFree(nodeId: string, orRoles: readonly RoleValue[] = []): StepCondition {
  return { kind: "is-free", nodeId, orRoles };
}
