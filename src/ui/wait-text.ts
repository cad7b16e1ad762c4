import type { PairProgress, PairWait } from "../plan/run-event.ts";
import { countOf } from "./format-number.ts";

/** What a pair of nodes waits for, as in `waiting: its turn`. */
export function waitText(wait: PairWait): string {
  return wait.kind === "latency" ? `${wait.node} ${latencyWords(wait)}` : otherWords(wait);
}

/** The same beside the names of both nodes, where room is scarce. */
export function shortWaitText({ from, to }: PairProgress, wait: PairWait): string {
  if (wait.kind !== "latency") return otherWords(wait);
  const who = wait.node === from ? "source" : wait.node === to ? "target" : wait.node;
  return `${who} ${latencyWords(wait)}`;
}

/** What pairs wait for, in one line: `snapshotting (2 pairs), its turn (1 pair)`. Empty where none waits. */
export function waitsInShort(pairs: readonly PairProgress[]): string {
  const waits = pairs.flatMap(({ waitsFor }) => waitsFor ?? []);
  const counts = Map.groupBy(waits, waitText);
  const [only] = counts.keys();
  if (pairs.length === 1 && only !== undefined) return only;
  const most = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  const named = most
    .slice(0, REASONS_NAMED_MAX)
    .map(([text, { length }]) => `${text} (${countOf(length, "pair")})`);
  const more = most.length > named.length ? ", and more" : "";
  return `${named.join(", ")}${more}`;
}

const REASONS_NAMED_MAX = 3;

function latencyWords({ latencyMs }: Extract<PairWait, { kind: "latency" }>): string {
  return `answers after ${Math.round(latencyMs)} ms`;
}

function otherWords(wait: Exclude<PairWait, { kind: "latency" }>): string {
  switch (wait.kind) {
    case "turn":
      return "its turn";
    case "rate":
      return "the limit of keys per second";
    case "servers":
      return wait.reason === "" ? `servers at ${wait.state}` : `servers at ${wait.state}: ${wait.reason}`;
  }
}
