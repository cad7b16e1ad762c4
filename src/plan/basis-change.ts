import type { SlotSet } from "../cluster/slot-set.ts";
import type { StepKind } from "./step.ts";

/** Something that is not as it was when a plan was made, and that the plan itself did not bring about. */
export type BasisChange =
  | {
      readonly kind: "slots-moved";
      readonly slots: SlotSet;
      readonly wasId: string | undefined;
      readonly isId: string | undefined;
    }
  /** A replica has taken the slots of its primary over. */
  | { readonly kind: "failed-over"; readonly wasId: string; readonly isId: string }
  /** Undefined stands for a primary. */
  | {
      readonly kind: "role";
      readonly nodeId: string;
      readonly was: string | undefined;
      readonly is: string | undefined;
    }
  | { readonly kind: "gone"; readonly nodeId: string }
  | { readonly kind: "joined"; readonly nodeId: string }
  | { readonly kind: "unreached"; readonly nodeId: string; readonly detail: string }
  /** It did not answer when the plan was made. */
  | { readonly kind: "back"; readonly nodeId: string }
  /** Another node answers at its address. */
  | { readonly kind: "replaced"; readonly nodeId: string; readonly isId: string }
  | {
      readonly kind: "setting";
      readonly nodeId: string;
      readonly setting: string;
      readonly was: string;
      readonly is: string;
    }
  /** A repair, decided anew, brings slots to another owner. Undefined: they were not broken, or have no owner. */
  | {
      readonly kind: "repair";
      readonly slots: SlotSet;
      readonly wasId: string | undefined;
      readonly isId: string | undefined;
    }
  /** It would do with the node what it did not before. */
  | { readonly kind: "repair-of-node"; readonly nodeId: string; readonly step: StepKind }
  /** Slots are open in a way that no step of the plan leaves them. */
  | { readonly kind: "open"; readonly slots: SlotSet; readonly fromId: string; readonly toId: string }
  | { readonly kind: "epoch"; readonly nodeId: string; readonly was: number; readonly is: number };

export interface JudgedChange {
  readonly change: BasisChange;
  /** Whether the plan must not be carried out because of it. */
  readonly matters: boolean;
}
