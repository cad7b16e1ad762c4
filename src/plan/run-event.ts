import type { Mover } from "./mover.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

/** What happens while a plan is carried out. `apply` emits these facts; `ui` has the words. */
export type RunEvent =
  | { readonly event: "plan"; readonly plan: Plan }
  | { readonly event: "step-start"; readonly index: number; readonly step: Step }
  | ({ readonly event: "progress" } & MoveProgress)
  | { readonly event: "step-end"; readonly index: number; readonly step: Step; readonly seconds: number }
  /** Nothing to do but wait: for what, and for which nodes (addresses). */
  | { readonly event: "waiting"; readonly what: WaitSubject; readonly nodes: readonly string[] }
  /** An earlier run's atomic migration between two nodes (addresses) goes on, and is waited for. */
  | {
      readonly event: "migration-found";
      readonly from: string;
      readonly to: string;
      readonly slots: string;
    }
  /** Something went wrong that the run can live with. */
  | { readonly event: "warning"; readonly message: string; readonly node: string | undefined }
  | { readonly event: "done"; readonly applied: number; readonly seconds: number };

export type WaitSubject =
  | "nodes-to-join"
  | "state-ok"
  | "views-to-agree"
  | "replica-links"
  | "promotion"
  | "node-to-answer";

/** How far the moving of slots has come: in all, and for each pair of nodes that has begun. */
export interface MoveProgress {
  readonly slotsDone: number;
  readonly slotsTotal: number;
  readonly keysDone: number;
  /** Counted when the move began, so writes meanwhile make it an estimate. */
  readonly keysTotal: number;
  readonly keysPerSecond: number;
  readonly etaSeconds: number | undefined;
  readonly pairs: readonly PairProgress[];
}

export interface PairProgress {
  /** Addresses. */
  readonly from: string;
  readonly to: string;
  readonly slotsDone: number;
  readonly slotsTotal: number;
  readonly keysDone: number;
  readonly keysTotal: number;
  /** Undefined where the mover does not see them. */
  readonly bytesDone: number | undefined;
  readonly mover: Mover;
  /** Undefined while nothing is waited for. */
  readonly waitsFor: PairWait | undefined;
}

/** What a pair waits for before more keys travel. */
export type PairWait =
  /** Its turn: one of its nodes is busy with another pair. */
  | { readonly kind: "turn" }
  /** Clients of `node` (an address) wait longer than they should. */
  | { readonly kind: "latency"; readonly node: string; readonly latencyMs: number }
  /** More keys would be too many per second. */
  | { readonly kind: "rate" }
  /** The servers' own work on an atomic migration: its state in their word, and what they say went wrong. */
  | { readonly kind: "servers"; readonly state: string; readonly reason: string };

export type EmitEvent = (event: RunEvent) => void;

/** What one mover has moved. */
export interface MoverShare {
  readonly mover: Mover;
  readonly slots: number;
  readonly keys: number;
}
