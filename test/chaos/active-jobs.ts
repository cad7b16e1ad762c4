import { askAll } from "../support/live-node.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

/**
 * Jobs of atomic movers that are not over, in a node's own words; none on servers that have none. A job that
 * reads `failed` on the target of a Redis is not over: it is tried again, for ever.
 */
export async function activeJobs(node: RunningNode): Promise<string[]> {
  const replies = await askAll(node, [
    ["CLUSTER", "MIGRATION", "STATUS", "ALL"],
    ["CLUSTER", "GETSLOTMIGRATIONS"],
  ]);
  return replies.flatMap((reply) =>
    Array.isArray(reply) ? reply.map(fieldsOf).filter(isActive).map(describe) : [],
  );
}

type Job = ReadonlyMap<string, string>;

function fieldsOf(entry: unknown): Job {
  const words = Array.isArray(entry) ? entry.map(String) : [];
  return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? ""]] : [])));
}

function isActive(job: Job): boolean {
  const state = job.get("state") ?? "";
  if (["completed", "canceled", "success", "cancelled"].includes(state)) return false;
  return state !== "failed" || job.get("operation") === "import";
}

function describe(job: Job): string {
  const operation = job.get("operation") ?? "";
  const slots = job.get("slots") ?? job.get("slot_ranges") ?? "";
  return `${operation} ${slots} ${job.get("state") ?? ""} ${job.get("last_error") ?? job.get("message") ?? ""}`.trim();
}
