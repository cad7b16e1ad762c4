import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseAddress } from "../cluster/address.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { prepareMove } from "./prepare-move.ts";

const addresses = { a: "10.0.0.1:6379", b: "10.0.0.2:6379" };
const step: StepOf<"move-slots"> = {
  kind: "move-slots",
  from: { id: idOf("a"), address: parseAddress(addresses.a) },
  to: { id: idOf("b"), address: parseAddress(addresses.b) },
  slots: parseSlots("5-7"),
  mover: "classic",
};
function contextWithKeys(keysPerSlot: number): ApplyContext {
  const clients = fakeClients({
    [addresses.a]: {
      countOwnKeys: (slots) => Promise.resolve(new Map(Array.from(slots, (slot) => [slot, keysPerSlot]))),
      getConfig: () => Promise.resolve("15000"),
    },
  });
  return aFakeApplyContext({ clients }).context;
}

test.each([
  {
    name: "without the buffers of the source",
    source: { keys: 1000, memoryBytes: 2e9, datasetBytes: 300_000 },
    bytesPerKey: 300,
  },
  { name: "0 where it has none", source: { keys: 0, memoryBytes: 2e6, datasetBytes: 5000 }, bytesPerKey: 0 },
])("the mean size of a key is $name", async ({ source, bytesPerKey }) => {
  const topology = aCluster([
    { name: "a", at: "10.0.0.1:6379", slots: "0-100", view: source },
    { name: "b", at: "10.0.0.2:6379", slots: "101-16383" },
  ]);
  const prepared = await prepareMove(contextWithKeys(4), { topology, step });
  expect(prepared).toMatchObject({ bytesPerKey, keyCount: 12 });
});

const source = { name: "a", at: addresses.a, slots: "0-100" };
const target = { name: "b", at: addresses.b, slots: "101-16383" };

test.each<{ name: string; nodes: readonly NodeSpec[]; error: object }>([
  {
    name: "the source does not answer",
    nodes: [{ ...source, unreached: down }, target],
    error: { code: "node-gone", node: addresses.a, message: expect.stringContaining("connection refused") },
  },
  {
    name: "the target does not answer",
    nodes: [source, { ...target, unreached: down }],
    error: { code: "node-gone", node: addresses.b },
  },
  { name: "nobody knows the target", nodes: [source], error: { code: "node-gone", node: addresses.b } },
  {
    name: "the source is a replica, and the slots are with its primary",
    nodes: [{ name: "c", slots: "0-100" }, { name: "a", at: addresses.a, replicaOf: "c" }, target],
    error: { name: "Stale", code: "failed-over", node: addresses.a },
  },
  {
    name: "the target is a replica",
    nodes: [source, { name: "c", slots: "101-16383" }, { name: "b", at: addresses.b, replicaOf: "c" }],
    error: { name: "Stale", code: "failed-over", node: addresses.b },
  },
])("slots cannot move where $name", async ({ nodes, error }) => {
  const preparing = prepareMove(contextWithKeys(0), { topology: aCluster(nodes), step });
  await expect(preparing).rejects.toMatchObject(error);
});

test("nothing is left to do where the source has given its last slot away and follows the target", async () => {
  const topology = aCluster([
    { ...target, slots: "0-16383" },
    { name: "a", at: addresses.a, replicaOf: "b" },
  ]);
  expect((await prepareMove(contextWithKeys(0), { topology, step })).slots.size).toBe(0);
});
