import type { Output } from "../cli/output.ts";
import { ConnectFailed, SlotctlError, UsageError } from "../errors.ts";
import { errorMessage } from "../ui/error-message.ts";
import { capital, type Vocabulary } from "./vocabulary.ts";

/** What redis-cli says where it fails for this reason: scripts look for it. */
function markerOf(failure: Error): string | undefined {
  if (!(failure instanceof SlotctlError)) return undefined;
  if (["node-not-empty", "layout-differs"].includes(failure.code)) {
    const [node = "of the cluster-to-be"] =
      /\S+:\d+(?= (?:knows|already knows|owns|holds|is) )/.exec(failure.message) ?? [];
    return `[ERR] Node ${node} is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.`;
  }
  if (failure.code === "node-has-functions") {
    return ">>> New node already contains functions and can not be added to the cluster. Use FUNCTION FLUSH and try again.";
  }
  if (failure instanceof ConnectFailed && failure.node !== undefined && failure.reason !== undefined) {
    return notConnectedLine(failure.node, failure.reason);
  }
  return undefined;
}

/** In redis-cli's words, which begin the system's with a capital: `Connection refused`. */
export function notConnectedLine(
  node: string,
  reason: string,
  server: Vocabulary["server"] = "Redis",
): string {
  return `Could not connect to ${server} at ${node}: ${capital(reason)}`;
}

/**
 * Says why it failed, and sets the exit code to 1. As with redis-cli that stands on stdout, and on stderr where the
 * command line is wrong or a node cannot be reached.
 */
export function tellFailure(error: unknown, output: Output): void {
  process.exitCode = 1;
  const failure = error instanceof Error ? error : new Error(String(error));
  const lines = failureLines(failure);
  if (isForStderr(failure)) output.say(lines);
  else output.print(lines);
  if (process.env["SLOTCTL_DEBUG"]) output.say([failure.stack ?? ""]);
}

/** Of a cluster that was looked at redis-cli tells on stdout, also when it has no such node. */
const OF_THE_CLUSTER = ["unknown-node", "bad-node-timeout"];

function isForStderr(failure: Error): boolean {
  if (failure instanceof UsageError) return !OF_THE_CLUSTER.includes(failure.code);
  return failure instanceof ConnectFailed;
}

export function failureLines(failure: Error): string[] {
  const marker = markerOf(failure);
  const hint = failure instanceof SlotctlError ? failure.hint : undefined;
  return [
    ...(marker === undefined ? [] : [marker]),
    ...errorMessage(failure)
      .split("\n")
      .map((line, index) => (index === 0 && !isMarked(line) ? `[ERR] ${line}` : line)),
    ...(hint === undefined ? [] : [`    ${hint}`]),
  ];
}

/** What is said in redis-cli's words stays as it is. */
function isMarked(line: string): boolean {
  return /^(\[ERR\]|\*\*\*|>>>|WARNING|Unrecognized|Unknown --cluster|Using -X|Invalid|Setting )/.test(line);
}
