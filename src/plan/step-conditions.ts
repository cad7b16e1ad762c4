import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Step } from "./step.ts";

/** What must hold of a node right before a step, unless the step is done already. */
export type StepCondition =
  | { readonly kind: "owns"; readonly nodeId: string; readonly slots: SlotSet }
  | { readonly kind: "is-primary"; readonly nodeId: string }
  | { readonly kind: "follows"; readonly nodeId: string; readonly primaryId: string }
  /** It owns no slots, and nobody follows it. */
  | { readonly kind: "is-free"; readonly nodeId: string }
  /** It knows nobody whom the plan does not know, and holds no keys unless it is a member. */
  | { readonly kind: "is-no-stranger"; readonly nodeId: string }
  | {
      readonly kind: "has-setting";
      readonly nodeId: string;
      readonly setting: string;
      readonly value: string;
    }
  | { readonly kind: "answers"; readonly nodeId: string };

/** What a step needs. It is judged again when a saved plan is applied, and by the step itself as it is carried out. */
export function conditionsOf(step: Step, basis: Topology): StepCondition[] {
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
      return [{ kind: "follows", nodeId: step.replica.id, primaryId: step.primaryId }];
    case "replicate": {
      const { id } = step.replica;
      const primaryId = nodeById(basis, id)?.primaryId;
      const was: StepCondition =
        primaryId === undefined
          ? { kind: "is-free", nodeId: id }
          : { kind: "follows", nodeId: id, primaryId };
      return [was, { kind: "is-primary", nodeId: step.primary.id }];
    }
    case "forget":
      return [{ kind: "is-free", nodeId: step.node.id }, ...step.by.map(({ id }) => answers(id))];
    case "reset":
      return [{ kind: "is-free", nodeId: step.node.id }];
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
