import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { ConnectFailed, NodeFailed, type SlotctlError } from "../errors.ts";
import type { AtomicServer } from "./atomic-server.ts";
import { startMigration } from "./start-migration.ts";

const ID = "1".repeat(40);

const silent = new ConnectFailed("it does not answer", { code: "node-silent" });
const lost = new NodeFailed("the connection broke", { code: "connection-lost" });
const refused = new NodeFailed("it did not begin", { code: "command-failed" });

const begun: SlotMigration = {
  id: ID,
  role: "target",
  sourceId: idOf("a"),
  targetId: idOf("b"),
  slots: parseSlots("5-7"),
  state: "connecting",
  outcome: "running",
  reason: "",
  createdMs: 0,
};

type Lists = Readonly<Record<"source" | "target", readonly SlotMigration[] | SlotctlError>>;

/** Begins slots 5-7 at a target that fails with `error`, and then lists what is given. */
async function start({
  error,
  lists,
  traffic,
}: {
  readonly error: SlotctlError;
  readonly lists: Lists;
  readonly traffic?: SlotctlError;
}) {
  const asked: string[] = [];
  const aNode = (side: "source" | "target") => ({
    migrations: async () => {
      asked.push(`list of the ${side}`);
      const list = lists[side];
      if (list instanceof Error) throw list;
      return await Promise.resolve(list);
    },
    migrationTraffic: async () => {
      if (traffic) throw traffic;
      return await Promise.resolve({ sentBytes: 1, receivedBytes: 2, savedKeys: 3 });
    },
  });
  const clients = fakeClients({ "10.0.0.1:6379": aNode("source"), "10.0.0.2:6379": aNode("target") });
  const { context } = aFakeApplyContext({ clients });
  const server: AtomicServer = {
    chief: "target",
    cancelCommand: "CANCEL",
    mayStart: () => Promise.resolve(),
    start: () => {
      asked.push("start");
      return Promise.reject(error);
    },
  };
  const move = aPairMove();
  const started: unknown = await startMigration(context, {
    server,
    job: { move, slots: move.slots },
    go: () => true,
  }).catch((thrown: unknown) => thrown);
  return { started, asked };
}

test.each<{ readonly name: string; readonly error: SlotctlError; readonly lists: Lists }>([
  { name: "a late reply", error: silent, lists: { source: [], target: [begun] } },
  { name: "a broken connection", error: lost, lists: { source: [], target: [begun] } },
  {
    name: "a node that is still out of reach, and the other lists it",
    error: silent,
    lists: { source: [{ ...begun, role: "source" }], target: silent },
  },
  {
    name: "one that fails already",
    error: lost,
    lists: { source: [], target: [{ ...begun, outcome: "retrying" }] },
  },
])("a migration that began is found after $name", async ({ error, lists }) => {
  const { started, asked } = await start({ error, lists });
  expect(started).toMatchObject({ id: ID, bytesBefore: 2 });
  expect(asked).toEqual(["start", "list of the source", "list of the target"]);
});

test.each<{ readonly name: string; readonly target: Lists["target"] }>([
  { name: "nothing", target: [] },
  { name: "no answer", target: silent },
  { name: "one that is over", target: [{ ...begun, outcome: "completed" }] },
  { name: "one of other slots", target: [{ ...begun, slots: parseSlots("5-8") }] },
  { name: "one from another source", target: [{ ...begun, sourceId: idOf("c") }] },
  { name: "one to another target", target: [{ ...begun, targetId: idOf("c") }] },
])("where the list has $name, the lost reply is the error", async ({ target }) => {
  const { started } = await start({ error: lost, lists: { source: [], target } });
  expect(started).toBe(lost);
});

test("after a refusal nobody looks for what did not begin", async () => {
  const { started, asked } = await start({ error: refused, lists: { source: [begun], target: [begun] } });
  expect(started).toBe(refused);
  expect(asked).toEqual(["start"]);
});

test("a chief that cannot be reached beforehand is told nothing", async () => {
  const { started, asked } = await start({
    error: lost,
    lists: { source: [], target: [] },
    traffic: silent,
  });
  expect(started).toBe(silent);
  expect(asked).toEqual([]);
});
