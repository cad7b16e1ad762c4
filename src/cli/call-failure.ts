import type { CallResult } from "../cluster/call-result.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import { ConnectFailed, NodeFailed, type SlotctlError, Stopped } from "../errors.ts";

/**
 * What the command ends with when not every node has answered, and without an error; the class decides on the exit
 * code. Undefined where all is well.
 */
export function callFailure(
  results: readonly CallResult[],
  { title, seed }: { readonly title: string; readonly seed: string },
): SlotctlError | undefined {
  const failed = results.filter(({ outcome }) => outcome.kind !== "reply");
  if (failed.length === 0) return undefined;
  const names = listNames(failed.map(({ node }) => nodeName(node)));
  const ratio = `${failed.length} of ${results.length} ${results.length === 1 ? "node" : "nodes"}`;
  const details = { node: failed.length === 1 && failed[0] ? nodeName(failed[0].node) : undefined };
  if (failed.some(({ outcome }) => "code" in outcome && outcome.code === "stopped")) {
    return new Stopped(`Stopped, as asked: no reply to ${title} from ${ratio}: ${names}.`, {
      code: "stopped",
      hint: "Running the same command again sends it to every node, those included that have it already.",
    });
  }
  const message = `${title} failed on ${ratio}: ${names}.`;
  const isUnreached = failed.every(({ outcome }) => "code" in outcome && !WAS_REACHED.includes(outcome.code));
  return isUnreached
    ? new ConnectFailed(message, {
        ...details,
        code: "nodes-without-reply",
        hint: `What is the matter with them: slotctl check ${seed}`,
      })
    : new NodeFailed(message, { ...details, code: "call-failed", hint: hintFor(failed) });
}

/** A node that was there, and took the command or a part of it. */
const WAS_REACHED: readonly string[] = ["connection-lost", "reply-too-large"];

/** What most often is the matter with a command that some nodes take and others do not. */
function hintFor(failed: readonly CallResult[]): string | undefined {
  const codes = failed.map(({ outcome }) =>
    outcome.kind === "error" ? outcome.message.split(" ", 1)[0] : "",
  );
  if (codes.includes("MOVED") || codes.includes("CROSSSLOT")) {
    return "A key is at one node only, and call asks them all: use a cluster client for commands that name keys.";
  }
  return codes.includes("READONLY") ? "Replicas take no writes: add --only primaries." : undefined;
}
