import { callNodes } from "../cli/call-nodes.ts";
import { CallWords } from "../cli/call-words.ts";
import { listenForInterruption } from "../cli/interruption.ts";
import { withoutSecretsIn, type CallResult } from "../cluster/call-result.ts";
import { nodeName } from "../cluster/node-name.ts";
import { isErrorReply, type ReplyValue } from "../cluster/reply-value.ts";
import { chooseCallNodes } from "../plan/choose-call-nodes.ts";
import { openCluster, type Session } from "./session.ts";
import type { Teller } from "./teller.ts";

/** call h:p command arg… [--cluster-only-masters|--cluster-only-replicas] [-x] */
export async function call(session: Session): Promise<boolean> {
  const { invocation, output, teller } = session;
  const words = new CallWords(["--", ...invocation.args.slice(1)]);
  if (invocation.stdin && invocation.stdin.tag === undefined) await words.readLast();
  for (const secret of words.secrets) output.protect(secret);
  using cluster = await openCluster(session);
  words.judge(cluster.replyMs);
  teller.heading(`>>> Calling ${words.texts.join(" ")}`);
  const nodes = chooseCallNodes(await cluster.observe(), onlyOf(session));
  using interruption = listenForInterruption({ onFirst: () => {}, onSecond: () => {} });
  const results = await callNodes(nodes, { cluster, words: words.all, signal: interruption.signal });
  for (const result of results) tellResult(withoutSecretsIn(result, words.texts), teller);
  // redis-cli ends with 0 whatever the nodes have answered, and leaves out those that do not.
  return results.every(({ outcome }) => outcome.kind === "reply");
}

function onlyOf({ invocation: { flags } }: Session): "primaries" | "replicas" | undefined {
  if (flags.has("only-primaries")) return "primaries";
  return flags.has("only-replicas") ? "replicas" : undefined;
}

function tellResult({ node, outcome }: CallResult, teller: Teller): void {
  const name = nodeName(node);
  if (outcome.kind === "reply") teller.line(`${name}: ${rawText(outcome.reply)}`);
  else if (outcome.kind === "error") teller.line(`${name}: ${outcome.message}\n`);
  else teller.error(`${name}: Failed! ${outcome.reason}`);
}

/** As redis-cli writes a reply to a pipe. */
function rawText(reply: ReplyValue): string {
  if (reply === null) return "";
  if (Buffer.isBuffer(reply)) return reply.toString();
  if (typeof reply === "number" || typeof reply === "bigint") return String(reply);
  return isErrorReply(reply) ? `${reply.error}\n` : reply.map(rawText).join("\n");
}
