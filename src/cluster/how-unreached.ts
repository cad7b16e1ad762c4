import type { Unreached } from "./node-view.ts";
import type { ProblemCode } from "./problem.ts";

/** What is the matter with a node that gave no view, to stand behind its name: `is silent: no answer within 5 s`. */
export function howUnreached({ state, detail }: Unreached): string {
  return state === "loading" ? SAID_OF[state] : `${SAID_OF[state]}: ${detail}`;
}

const SAID_OF: Readonly<Record<Unreached["state"], string>> = {
  unreachable: "cannot be reached",
  silent: "is silent",
  loading: "is still loading its data",
  denied: "does not let slotctl in",
  "not-a-cluster-node": "is not a cluster node",
  "no-address": "has no address",
};

/** The same fact has the same code, whether `check` finds it or it stops another command. */
export const UNREACHED_CODES = {
  unreachable: "node-unreachable",
  silent: "node-silent",
  loading: "node-loading",
  denied: "node-denied",
  "not-a-cluster-node": "node-not-in-a-cluster",
  "no-address": "ghost-node",
} as const satisfies Readonly<Record<Unreached["state"], ProblemCode>>;

/** The code for a node without a view. */
export function unreachedCode({ unreached }: { readonly unreached: Unreached | undefined }): ProblemCode {
  return UNREACHED_CODES[unreached?.state ?? "unreachable"];
}
