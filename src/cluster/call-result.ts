import { withoutSecrets } from "./reply-secrets.ts";
import type { ReplyValue } from "./reply-value.ts";
import type { ClusterNode } from "./topology.ts";

/** What became of one command at one node. */
export interface CallResult {
  readonly node: ClusterNode;
  readonly outcome: CallOutcome;
}

export type CallOutcome =
  | { readonly kind: "reply"; readonly reply: ReplyValue }
  /** The node refused it, in its own words. */
  | { readonly kind: "error"; readonly message: string }
  /** It was not sent, for the node was not reached, or nobody wanted to wait for it any more. */
  | { readonly kind: "not-sent"; readonly code: string; readonly reason: string }
  /** It was sent, and the reply did not come: whether the node did it is not known. */
  | { readonly kind: "no-reply"; readonly code: string; readonly reason: string };

/** The result with the passwords masked that the reply to this command tells. */
export function withoutSecretsIn(result: CallResult, words: readonly string[]): CallResult {
  const { node, outcome } = result;
  return outcome.kind === "reply"
    ? { node, outcome: { ...outcome, reply: withoutSecrets(words, outcome.reply) } }
    : result;
}
