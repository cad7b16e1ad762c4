import { nodeById, type Topology } from "../cluster/topology.ts";
import { refOf } from "./node-ref.ts";
import type { Step } from "./step.ts";

/** Why a step has no undo. */
type NoUndo =
  /** It repairs what was wrong: nobody wants that back. */
  | "repair"
  /** It is part of another step, or waits for something. */
  | "nothing-to-undo"
  /** A removed node is empty and has another id: add-node takes it in again. */
  | "removed"
  /** The node joined as a primary, and leaves as one. */
  | "leaves-with-its-node"
  /** It was a primary before, and no server makes a replica one that is to have no data: del-node and add-node do. */
  | "was-primary"
  /** A cluster that is formed is only taken apart node by node. */
  | "formed"
  /** Writes since then, or a dead primary, stand in the way; another failover may do. */
  | "no-such-primary";

export type StepUndo = { readonly step: Step } | { readonly none: NoUndo };

/** What takes a step back, as things are right after it. */
export function undoOfStep(step: Step, basis: Topology): StepUndo {
  switch (step.kind) {
    case "move-slots":
      return { step: { ...step, from: step.to, to: step.from } };
    case "failover": {
      const old = nodeById(basis, step.primaryId);
      if (!old?.view) return { none: "no-such-primary" };
      return {
        step: { kind: "failover", replica: refOf(old), primaryId: step.replica.id, mode: "graceful" },
      };
    }
    case "replicate": {
      const primaryId = nodeById(basis, step.replica.id)?.primaryId;
      const before = primaryId === undefined ? undefined : nodeById(basis, primaryId);
      if (primaryId === undefined && isMember(step.replica.id, basis)) return { none: "was-primary" };
      if (!before?.view) return { none: "leaves-with-its-node" };
      return { step: { ...step, primary: refOf(before), syncAtOnce: false } };
    }
    case "set-config":
      return { step: { ...step, value: step.before, before: step.value } };
    case "meet":
      return { none: isMember(step.node.id, basis) ? "repair" : "leaves-with-its-node" };
    case "assign-slots":
    case "set-epoch":
      return { none: "formed" };
    case "settle-slot":
    case "claim-slots":
    case "gather-keys":
      return { none: "repair" };
    case "forget":
    case "reset":
    case "renew-id":
      return { none: "removed" };
    case "await-ok":
      return { none: "nothing-to-undo" };
    case "load-functions":
      return { none: "leaves-with-its-node" };
  }
}

function isMember(id: string, basis: Topology): boolean {
  return (nodeById(basis, id)?.view?.lines.length ?? 0) > 0;
}
