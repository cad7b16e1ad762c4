import { readFile } from "node:fs/promises";
import { DeadlinePassed, NodeFailed, type SlotctlError } from "../errors.ts";
import { LOCAL_HOST } from "./local-cluster.ts";
import type { SpawnedNode } from "./spawn-node.ts";
import { nodeFiles } from "./state-directory.ts";

const QUOTED_LINES_MAX = 5;

export interface StartFailure {
  readonly spawned: SpawnedNode;
  readonly outcome: "ended" | "silent";
  readonly deadlineMs: number;
}

/** The error for a node that did not come up. The log goes with the directory, so its last lines are in the error. */
export async function startFailure(failure: StartFailure): Promise<SlotctlError> {
  const { spawned, outcome, deadlineMs } = failure;
  const node = `${LOCAL_HOST}:${spawned.node.port}`;
  const undone = "The nodes that had started were stopped again, and nothing is left of them.";
  const quote = await quoteLog(failure);
  if (outcome === "ended") {
    const message = `The node on ${node} did not start: ${spawned.endedBy()}. ${undone}${quote}`;
    return new NodeFailed(message, {
      code: "node-not-started",
      node,
      hint: "Put right what its log says, or pass another --server.",
    });
  }
  const message = `The node on ${node} runs but did not answer within ${deadlineMs / 1000} s. ${undone}${quote}`;
  return new DeadlinePassed(message, {
    code: "node-not-answering",
    node,
    hint: "The machine may be too busy: try again, or start fewer with --nodes.",
  });
}

async function quoteLog({ spawned }: StartFailure): Promise<string> {
  const text = await readFile(nodeFiles(spawned.node.directory).log, "utf8");
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-QUOTED_LINES_MAX);
  if (lines.length === 0) return " Its log is empty.";
  return ` Its log ends with:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
