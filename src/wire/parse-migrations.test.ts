import { expect, test } from "vitest";
import { parseMigrations } from "./parse-migrations.ts";

const [SOURCE, TARGET, ID] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)];

/** As Redis 8.6 answers over RESP2. */
function redisEntry({ operation = "import", state = "completed", error = "", slots = "0-1999 5000-5000" }) {
  const times = ["create_time", 1795181237624, "start_time", 1795181237624, "end_time", -1];
  const names = ["id", ID, "slots", slots, "source", SOURCE, "dest", TARGET, "operation", operation];
  return [...names, "state", state, "last_error", error, "retries", 0, ...times, "write_pause_ms", 1];
}

/** As Valkey 9.1 answers over RESP2. */
function valkeyEntry({ operation = "EXPORT", state = "success", message = "", slots = "0-1999 5000-5000" }) {
  const nodes = ["target_node", TARGET, "source_node", SOURCE];
  const times = ["create_time", 1795181240, "last_update_time", 1795181240, "last_ack_time", 1795181240];
  const sizes = ["cow_size", 0, "remaining_repl_size", 0];
  const names = ["name", ID, "operation", operation, "slot_ranges", slots];
  return [...names, ...nodes, ...times, "state", state, "message", message, ...sizes];
}

test.each([
  {
    entry: redisEntry({ operation: "import" }),
    role: "target",
    createdMs: 1795181237624,
    state: "completed",
  },
  {
    entry: redisEntry({ operation: "migrate" }),
    role: "source",
    createdMs: 1795181237624,
    state: "completed",
  },
  { entry: valkeyEntry({ operation: "EXPORT" }), role: "source", createdMs: 1795181240000, state: "success" },
  { entry: valkeyEntry({ operation: "IMPORT" }), role: "target", createdMs: 1795181240000, state: "success" },
])("reads all that $entry.1 as $role says", ({ entry, role, createdMs, state }) => {
  const [migration, ...others] = parseMigrations([entry]);
  expect(others).toEqual([]);
  expect(String(migration?.slots)).toBe("0-1999,5000");
  expect(migration).toMatchObject({
    id: ID,
    role,
    sourceId: SOURCE,
    targetId: TARGET,
    state,
    outcome: "completed",
    reason: "",
    createdMs,
  });
});

test.each([
  { entry: redisEntry({ state: "none" }), outcome: "running" },
  { entry: redisEntry({ state: "accumulate-buffer" }), outcome: "running" },
  { entry: redisEntry({ operation: "migrate", state: "send-bulk-and-stream" }), outcome: "running" },
  { entry: redisEntry({ state: "failed" }), outcome: "retrying" },
  { entry: redisEntry({ operation: "migrate", state: "failed" }), outcome: "failed" },
  { entry: redisEntry({ state: "canceled" }), outcome: "cancelled" },
  { entry: redisEntry({ operation: "migrate", state: "canceled" }), outcome: "cancelled" },
  { entry: valkeyEntry({ state: "waiting-to-snapshot" }), outcome: "running" },
  { entry: valkeyEntry({ operation: "IMPORT", state: "occurring-on-primary" }), outcome: "running" },
  { entry: valkeyEntry({ operation: "IMPORT", state: "failed" }), outcome: "failed" },
  { entry: valkeyEntry({ state: "cancelled" }), outcome: "cancelled" },
])("takes $entry for $outcome", ({ entry, outcome }) => {
  expect(parseMigrations([entry])).toMatchObject([{ outcome }]);
});

test("keeps the order, and why each failed", () => {
  const newest = redisEntry({
    state: "failed",
    error: "-NOAUTH Authentication\r\nrequired.\r\n",
    slots: "7-9",
  });
  const parsed = parseMigrations([newest, redisEntry({})]);
  expect(parsed.map(({ slots, reason }) => [String(slots), reason])).toEqual([
    ["7-9", "-NOAUTH Authentication required."],
    ["0-1999,5000", ""],
  ]);
});

test.each([{ reply: [] }, { reply: null }, { reply: new Error("ERR unknown subcommand") }])(
  "finds none in $reply",
  ({ reply }) => {
    expect(parseMigrations(reply)).toEqual([]);
  },
);
