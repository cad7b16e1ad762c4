import type { ImportOutcome } from "../apply/import-keys.ts";
import { formatAddress } from "../cluster/address.ts";
import {
  type ErrorDetails,
  isNodeLost,
  NodeFailed,
  PartlyDone,
  Refused,
  type SlotctlError,
  Stopped,
} from "../errors.ts";
import type { ImportPlan, ImportStep } from "../plan/import.ts";
import { errorMessage } from "../ui/error-message.ts";
import { countsText } from "../ui/import-wordings.ts";
import type { ImportFacts } from "../ui/json-import.ts";
import { keyText } from "../ui/key-text.ts";
import { countOf } from "../ui/format-number.ts";

const SAME_AGAIN = "Running the same command again goes on from here.";
const NAMED_MAX = 3;
const CONFLICT_HINT =
  "Decide which value is to stay: --on-conflict skip keeps the cluster's, --replace takes the source's. Nothing was overwritten, and these keys are where they were.";
/** With --replace a key is in the way only where a node failed before it was certain what it has, and then has something else. */
const WRITTEN_SINCE_HINT =
  "Their node failed or was cut off while they were written, and clients of the cluster may have written them since: they are where they were. If the source's values are to stay, run the same command again; if the cluster's, run it with --on-conflict skip in place of --replace.";

/** Why an import is not what was wanted, with how far it came; undefined where all is well. */
export function importFailure(
  plan: ImportPlan,
  outcome: ImportOutcome,
  { problems }: ImportFacts,
): SlotctlError | undefined {
  const { steps, failure, counts } = outcome;
  const soFar = `So far: ${countsText(counts, { isMove: !plan.wish.copy })}.`;
  const isAnythingDone = counts.written + counts.replaced + counts.taken > 0;
  const differing = named(steps, "differing");
  if (differing !== undefined) {
    return new NodeFailed(`The cluster has other values than were sent: ${differing}. ${soFar}`, {
      code: "verify-differs",
      hint: "Clients of the cluster may have written these keys since. What differs was not deleted at the source.",
    });
  }
  const conflicts = named(steps, "conflicts");
  if (conflicts !== undefined) {
    const Kind = isAnythingDone ? PartlyDone : Refused;
    return new Kind(`The cluster has keys of the source with other values: ${conflicts}. ${soFar}`, {
      code: "key-conflict",
      hint: plan.wish.onConflict === "replace" ? WRITTEN_SINCE_HINT : CONFLICT_HINT,
    });
  }
  if (failure) return withSoFar(failure, { soFar, isAnythingDone });
  const left = steps.reduce((sum, { findings }) => sum + (findings?.left ?? 0), 0);
  if (left > 0) {
    return new PartlyDone(
      `${countOf(left, "key")} ${left === 1 ? "is" : "are"} still at the source: clients wrote there meanwhile. ${soFar}`,
      {
        code: "keys-left",
        hint: "Send the clients to the cluster, then run the same command again: it moves what is left.",
      },
    );
  }
  const problem = problems.find(({ severity }) => severity === "error");
  return problem ? new PartlyDone(problem.message, { code: problem.code, hint: SAME_AGAIN }) : undefined;
}

/** What is told of an import that was asked a second time to stop. */
export function stoppedImportAtOnce(keysDone: number): PartlyDone {
  return new PartlyDone(
    `Stopped at once, as asked, after about ${countOf(keysDone, "key")}. Every key is at the source, in the cluster, or on both sides with the same value.`,
    { code: "stopped", hint: SAME_AGAIN },
  );
}

function withSoFar(
  failure: SlotctlError,
  { soFar, isAnythingDone }: { readonly soFar: string; readonly isAnythingDone: boolean },
): SlotctlError {
  const { code, node, reason } = failure;
  const message = `${errorMessage(failure).replace(/[^.]$/, "$&.")} ${soFar}`;
  const details: ErrorDetails = { code, node, reason, cause: failure, hint: failure.hint ?? SAME_AGAIN };
  if (failure instanceof Stopped || (isAnythingDone && isNodeLost(failure)))
    return new PartlyDone(message, details);
  const Kind = failure.constructor as new (message: string, details: ErrorDetails) => SlotctlError;
  return new Kind(message, details);
}

function named(steps: ImportOutcome["steps"], what: "conflicts" | "differing"): string | undefined {
  const keys = steps.flatMap(({ step, findings }) =>
    (findings?.[what] ?? []).map((key) => nameOf(key, step)),
  );
  if (keys.length === 0) return undefined;
  const more = keys.length > NAMED_MAX ? ", and others" : "";
  return `${keys.slice(0, NAMED_MAX).join(", ")}${more}`;
}

function nameOf(key: Buffer, { from, database }: ImportStep): string {
  const where = database === 0 ? "" : `, database ${database}`;
  return `${keyText(key)} (of ${formatAddress(from)}${where})`;
}
