import type { MigrationOutcome, SlotMigration } from "../cluster/slot-migration.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Reply } from "./command.ts";

/**
 * Reads what CLUSTER MIGRATION STATUS (Redis) and CLUSTER GETSLOTMIGRATIONS (Valkey) answer with: a list of
 * names and values for each migration, in the node's order, which is newest first.
 */
export function parseMigrations(reply: Reply): SlotMigration[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((entry) => {
    const fields = readFields(entry);
    return fields.has("name") ? ofValkey(fields) : ofRedis(fields);
  });
}

type Fields = ReadonlyMap<string, string>;

function readFields(entry: unknown): Fields {
  const words = Array.isArray(entry) ? entry.map(String) : [];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at] ?? "", words[at + 1] ?? "");
  return fields;
}

function ofRedis(fields: Fields): SlotMigration {
  const role = fields.get("operation") === "import" ? "target" : "source";
  const state = fields.get("state") ?? "";
  return {
    id: fields.get("id") ?? "",
    role,
    sourceId: fields.get("source") ?? "",
    targetId: fields.get("dest") ?? "",
    slots: readRanges(fields.get("slots") ?? ""),
    state,
    outcome: redisOutcome(state, role),
    reason: sentenceIn(fields.get("last_error")),
    createdMs: Number(fields.get("create_time") ?? 0),
  };
}

/** A target that has failed tries again about every second, for ever; a source waits for what the target does. */
function redisOutcome(state: string, role: SlotMigration["role"]): MigrationOutcome {
  switch (state) {
    case "completed":
      return "completed";
    case "canceled":
      return "cancelled";
    case "failed":
      return role === "target" ? "retrying" : "failed";
    default:
      return "running";
  }
}

function ofValkey(fields: Fields): SlotMigration {
  const state = fields.get("state") ?? "";
  return {
    id: fields.get("name") ?? "",
    role: fields.get("operation") === "IMPORT" ? "target" : "source",
    sourceId: fields.get("source_node") ?? "",
    targetId: fields.get("target_node") ?? "",
    slots: readRanges(fields.get("slot_ranges") ?? ""),
    state,
    outcome: valkeyOutcome(state),
    reason: sentenceIn(fields.get("message")),
    createdMs: 1000 * Number(fields.get("create_time") ?? 0),
  };
}

function valkeyOutcome(state: string): MigrationOutcome {
  switch (state) {
    case "success":
      return "completed";
    case "failed":
    case "cancelled":
      return state;
    default:
      return "running";
  }
}

/** On one line: Valkey quotes an error reply of the other node with its minus and its line end. */
function sentenceIn(text = ""): string {
  return text.replace(/\s+/g, " ").trim();
}

/** `0-99 200-299`; a single slot may stand alone. */
function readRanges(text: string): SlotSet {
  const ranges = Array.from(text.matchAll(/(\d+)(?:-(\d+))?/g), ([, first, last]) => ({
    first: Number(first),
    last: Number(last ?? first),
  }));
  return SlotSet.ofRanges(ranges);
}
