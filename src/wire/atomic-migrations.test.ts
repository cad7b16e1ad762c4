import { expect, test } from "vitest";
import { aNodeLike } from "../../test/support/a-node-like.ts";
import type { Answer, FakeReply } from "../../test/support/fake-node.ts";
import { parseSlots } from "../cluster/parse-slots.ts";

const [SOURCE, TARGET] = ["a".repeat(40), "b".repeat(40)];
const [OURS, THEIRS] = ["1".repeat(40), "2".repeat(40)];

/** A node of a version that has atomic migrations; `asked` is what it was asked of them. */
async function aNode(server: "redis-8.6" | "valkey-9.1", more: Answer) {
  const { client, asked } = await aNodeLike(server, more);
  return { client, asked: () => asked().filter((text) => /MIGRAT/.test(text)) };
}

function valkeyJob({ id = OURS, slots = "5-7", state = "snapshotting", operation = "EXPORT" }): FakeReply {
  const nodes = ["target_node", TARGET, "source_node", SOURCE];
  return ["name", id, "operation", operation, "slot_ranges", slots, ...nodes, "state", state, "message", ""];
}

test("before a look both kinds of lists are asked for, and afterwards only the right one", async () => {
  const { client, asked } = await aNode("valkey-9.1", (command) =>
    command[1] === "MIGRATION" ? new Error("ERR unknown subcommand 'MIGRATION'.") : [valkeyJob({})],
  );
  expect(await client.migrations()).toMatchObject([{ id: OURS }]);
  await client.look();
  expect(await client.migrations()).toMatchObject([{ id: OURS }]);
  expect(asked()).toEqual([
    "CLUSTER MIGRATION STATUS ALL",
    "CLUSTER GETSLOTMIGRATIONS",
    "CLUSTER GETSLOTMIGRATIONS",
  ]);
});

test("a server without atomic migrations has none", async () => {
  const unknown = new Error("ERR Unknown subcommand or wrong number of arguments for 'MIGRATION'.");
  const { client } = await aNode("redis-8.6", () => unknown);
  await client.look();
  expect(await client.migrations()).toEqual([]);
});

test("a user who may not list them can have none", async () => {
  const { client } = await aNode("redis-8.6", () => new Error("NOPERM this user has no permissions"));
  await client.look();
  await expect(client.migrations()).rejects.toMatchObject({ code: "atomic-unavailable" });
});

test("the target is told the ranges to import, and says the id", async () => {
  const { client, asked } = await aNode("redis-8.6", () => OURS);
  await client.look();
  expect(await client.importSlots(parseSlots("5-7,9"))).toBe(OURS);
  expect(asked()).toEqual(["CLUSTER MIGRATION IMPORT 5 7 9 9"]);
});

test("the source is told the ranges to export, and the id is the newest one's that fits", async () => {
  const jobs = [
    valkeyJob({ id: THEIRS, slots: "100-200" }),
    valkeyJob({ slots: "5-7 9-9" }),
    valkeyJob({ id: THEIRS, slots: "5-7 9-9", state: "failed" }),
  ];
  const { client, asked } = await aNode("valkey-9.1", ([, name]) => (name === "MIGRATESLOTS" ? "OK" : jobs));
  await client.look();
  expect(await client.exportSlots(parseSlots("5-7,9"), TARGET)).toBe(OURS);
  expect(asked()[0]).toBe(`CLUSTER MIGRATESLOTS SLOTSRANGE 5 7 9 9 NODE ${TARGET}`);
});

test("one that was begun and is not listed is an error, not a guess", async () => {
  const { client } = await aNode("valkey-9.1", ([, name]) => (name === "MIGRATESLOTS" ? "OK" : []));
  await client.look();
  await expect(client.exportSlots(parseSlots("5"), TARGET)).rejects.toMatchObject({
    code: "migration-unknown",
  });
});

test.each([
  { reply: "ERR another ASM task is already in progress", code: "migration-busy" },
  { reply: "ERR I am already migrating slot 150.", code: "migration-busy" },
  { reply: "ERR overlapping import exists for slot range: 5-7", code: "migration-busy" },
  { reply: "ERR all slot states must be STABLE to start a slot migration task.", code: "slots-open" },
  { reply: "ERR Slots are being manually migrated", code: "slots-open" },
  { reply: "ERR this node is already the owner of the slot range", code: "slots-moved-meanwhile" },
  { reply: "ERR slots belong to different source nodes", code: "slots-moved-meanwhile" },
  { reply: "ERR Slots are not served by this node.", code: "slots-moved-meanwhile" },
  { reply: "ERR slot migration not allowed on replica.", code: "failed-over" },
  { reply: "ERR Slot migration can only be used on primary nodes.", code: "failed-over" },
  { reply: "ERR unknown subcommand 'MIGRATION'. Try CLUSTER HELP.", code: "atomic-unavailable" },
  { reply: "NOPERM this user has no permissions to run the command", code: "atomic-unavailable" },
  {
    reply: "ERR The module x does not support atomic slot migrations. Please ensure all modules",
    code: "atomic-unavailable",
  },
  { reply: "ERR Unknown node name: x", code: "command-failed" },
])("a refusal with $reply is $code", async ({ reply, code }) => {
  const { client } = await aNode("redis-8.6", () => new Error(reply));
  await client.look();
  const refused = client.importSlots(parseSlots("5-7"));
  await expect(refused).rejects.toMatchObject({
    name: "NodeFailed",
    code,
    message: expect.stringContaining("did not begin an atomic migration"),
    hint: expect.any(String),
  });
});

test("Redis is told which ones to cancel", async () => {
  const { client, asked } = await aNode("redis-8.6", () => 1);
  await client.look();
  await client.cancelMigrations([OURS]);
  expect(asked()).toEqual([`CLUSTER MIGRATION CANCEL ID ${OURS}`]);
});

test.each([
  { name: "of ours are all cancelled", jobs: [valkeyJob({})], isCancelled: true },
  {
    name: "that come in are none of its own",
    jobs: [valkeyJob({}), valkeyJob({ id: THEIRS, operation: "IMPORT" })],
    isCancelled: true,
  },
  { name: "that are over need no word", jobs: [valkeyJob({ state: "success" })], isCancelled: false },
  {
    name: "that are over need no word while those of others run",
    jobs: [valkeyJob({ id: THEIRS, slots: "100-200" }), valkeyJob({ state: "failed" })],
    isCancelled: false,
  },
])("Valkey migrations $name", async ({ jobs, isCancelled }) => {
  const { client, asked } = await aNode("valkey-9.1", ([, name]) =>
    name === "GETSLOTMIGRATIONS" ? jobs : "OK",
  );
  await client.look();
  await client.cancelMigrations([OURS]);
  expect(asked().some((command) => command.includes("'CANCELSLOTMIGRATIONS'"))).toBe(isCancelled);
});

test("Valkey does not cancel what it has granted to the target", async () => {
  const { client } = await aNode("valkey-9.1", ([command]) => (command === "EVAL" ? 0 : [valkeyJob({})]));
  await client.look();
  await expect(client.cancelMigrations([OURS])).rejects.toMatchObject({ code: "migration-granted" });
});

test("Valkey is not told to cancel what somebody else has begun", async () => {
  const jobs = [valkeyJob({}), valkeyJob({ id: THEIRS, slots: "100-200" })];
  const { client, asked } = await aNode("valkey-9.1", () => jobs);
  await client.look();
  await expect(client.cancelMigrations([OURS])).rejects.toMatchObject({
    code: "migrations-of-others",
    message: expect.stringContaining("slots 100-200"),
  });
  expect(asked()).toEqual(["CLUSTER GETSLOTMIGRATIONS"]);
});

test.each([
  {
    server: "redis-8.6" as const,
    stats: "total_net_repl_input_bytes:77\r\n",
    traffic: { sentBytes: 0, receivedBytes: 77, savedKeys: 5 },
  },
  {
    server: "valkey-9.1" as const,
    stats:
      "total_net_repl_input_bytes:1\r\ntotal_net_cluster_slot_export_bytes:8\r\ntotal_net_cluster_slot_import_bytes:9\r\n",
    traffic: { sentBytes: 8, receivedBytes: 9, savedKeys: 5 },
  },
])("$server says what went over the line", async ({ server, stats, traffic }) => {
  const { client } = await aNode(server, ([, section]) =>
    section === "stats" ? stats : "current_save_keys_processed:5\r\n",
  );
  await client.look();
  expect(await client.migrationTraffic()).toEqual(traffic);
});
