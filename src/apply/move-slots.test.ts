import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import type { Look } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import type { NodeRef } from "../plan/step.ts";
import type { NodeClient } from "../wire/node-client.ts";
import { moveSlots } from "./move-slots.ts";

const ref = (name: string, index: number): NodeRef => ({
  id: idOf(name),
  address: { host: `10.0.0.${index}`, port: 6379 },
});
const [source, target, third] = [ref("a", 1), ref("b", 2), ref("c", 3)];
const topologyOf = (view: object, slots = { a: "0-5460", c: "10923-16383" }) =>
  aCluster([
    { name: "a", slots: slots.a, keys: 1, view },
    { name: "b", slots: "5461-10922", view },
    { name: "c", slots: slots.c, view },
  ]);
const key = Buffer.from("key");

/** Moves slots 1 and 2 with one key. Says how long its MIGRATE may take, and who was told of the new owner. */
async function moved(
  getConfig: NodeClient["getConfig"],
  view: object = {},
): Promise<{ timeouts: number[]; told: string[] }> {
  const topology = topologyOf(view);
  const timeouts: number[] = [];
  const told: string[] = [];
  const setSlotOwner = (name: string): NodeClient["setSlotOwner"] => {
    return (slots, ownerId) => {
      expect(ownerId).toBe(target.id);
      told.push(`${name} ${[...slots].join()}`);
      return Promise.resolve();
    };
  };
  const done = () => Promise.resolve();
  let isSent = false;
  const { context } = aFakeApplyContext({
    lookAt: () => Promise.resolve(topology),
    clients: fakeClients({
      "10.0.0.1:6379": {
        getConfig,
        countOwnKeys: (slots) =>
          Promise.resolve(new Map(Array.from(slots, (slot) => [slot, slot === 1 ? 1 : 0]))),
        countKeys: (slots) => Promise.resolve(slots.map((slot) => (slot === 1 && !isSent ? 1 : 0))),
        markMigrating: done,
        databases: () => Promise.resolve([0]),
        keysIn: ({ slots }) => Promise.resolve(slots.map((slot) => (slot === 1 && !isSent ? [key] : []))),
        sizesOf: (keys) => Promise.resolve(keys.map(() => 60)),
        migrateKeys: ({ timeoutMs }) => {
          isSent = true;
          return Promise.resolve(void timeouts.push(timeoutMs));
        },
        setSlotOwner: setSlotOwner("a"),
      },
      "10.0.0.2:6379": { markImporting: done, takeSlots: setSlotOwner("b") },
      "10.0.0.3:6379": { setSlotOwner: setSlotOwner("c") },
    }),
  });
  const step = {
    kind: "move-slots" as const,
    from: source,
    to: target,
    slots: SlotSet.of([1, 2]),
    mover: "classic" as const,
  };
  const members = [source, target, third].map(({ address }) => address);
  let ended = 0;
  await moveSlots(context, { steps: [step], basis: topology, members, onEnd: () => void ended++ });
  expect(ended).toBe(1);
  return { timeouts, told };
}

const having = (value: string | undefined) => () => Promise.resolve(value);
const forbidding = () => Promise.reject(new NodeFailed("no", { code: "denied" }));

test.each([
  { name: "a third of the node timeout", getConfig: having("6000"), isMs: 2000 },
  { name: "5 s at the most", getConfig: having("60000"), isMs: 5000 },
  { name: "half a second at the least", getConfig: having("300"), isMs: 500 },
  {
    name: "as with the usual one, if the node has none",
    getConfig: having(undefined),
    isMs: 5000,
  },
  {
    name: "as with the usual one, if CONFIG is forbidden",
    getConfig: forbidding,
    isMs: 5000,
  },
])("a MIGRATE may take $name", async ({ getConfig, isMs }) => {
  expect((await moved(getConfig)).timeouts).toEqual([isMs]);
});

test("a source that does not answer is no source that forbids CONFIG", async () => {
  const silent = new ConnectFailed("silent", { code: "node-silent" });
  await expect(moved(() => Promise.reject(silent))).rejects.toBe(silent);
});

test.each([
  { server: "redis 6.0", view: { version: "6.0.16" }, order: ["b 1,2", "a 1,2", "c 1,2"] },
  { server: "redis 7.0", view: { version: "7.0.15" }, order: ["b 1,2", "a 1,2"] },
  { server: "valkey 8.1", view: { engine: "valkey", version: "8.1.1" }, order: ["b 1,2", "a 1,2"] },
])(
  "$server: the target hears first that the slots are its own, then the source, then who else has to",
  async ({ view, order }) => {
    const { told } = await moved(having("15000"), view);
    expect(told).toEqual(order);
  },
);

test("totals follow what a pair that had to wait finds when its turn comes", async () => {
  const view = { version: "7.0.15" };
  const before = topologyOf(view);
  // While the first pair moved somebody has moved slot 3.
  const after = topologyOf(view, { a: "0-2,4-5460", c: "3,10923-16383" });
  let isFirstDone = false;
  const done = () => Promise.resolve();
  const takeSlots = async () => {
    isFirstDone = true;
    await clock.sleep(1000);
  };
  const { context, clock, events } = aFakeApplyContext({
    lookAt: () => Promise.resolve(isFirstDone ? after : before),
    clients: fakeClients({
      "10.0.0.1:6379": {
        getConfig: having("15000"),
        countOwnKeys: (slots) =>
          Promise.resolve(new Map(Array.from(slots, (slot) => [slot, slot === 3 ? 5 : 0]))),
        countKeys: (slots) => Promise.resolve(slots.map((slot) => (slot === 3 ? 5 : 0))),
        markMigrating: done,
        databases: () => Promise.resolve([0]),
        keysIn: ({ slots }) => Promise.resolve(slots.map(() => [])),
        sizesOf: () => Promise.resolve([]),
        setSlotOwner: done,
      },
      "10.0.0.2:6379": { markImporting: done, takeSlots },
      "10.0.0.3:6379": { markImporting: done, takeSlots: done },
    }),
  });
  const step = { kind: "move-slots" as const, from: source, mover: "classic" as const };
  const steps = [
    { ...step, to: target, slots: SlotSet.of([1, 2]) },
    { ...step, to: third, slots: SlotSet.of([3, 4]) },
  ];
  const members = [source, target, third].map(({ address }) => address);
  await moveSlots(context, { steps, basis: before, members, onEnd: () => undefined });
  const told = events.filter((event) => event.event === "progress");
  expect(told[0]).toMatchObject({ slotsTotal: 4, keysTotal: 5 });
  expect(told.at(-1)).toMatchObject({ slotsDone: 3, slotsTotal: 3, keysDone: 0, keysTotal: 0 });
});

test("a target that hears only now that its source has failed over is told of the new source", async () => {
  const open = [{ slot: 1, direction: "importing", peer: "old" }] as const;
  const topologyWhen = (old: object, view: object) =>
    aCluster([
      { name: "a", at: "10.0.0.1:6379", slots: "0-5460" },
      { name: "b", at: "10.0.0.2:6379", slots: "5461-10922", open, view },
      { name: "c", at: "10.0.0.3:6379", slots: "10923-16383" },
      { name: "old", at: "10.0.0.4:6379", ...old },
    ]);
  const unaware = topologyWhen({ slots: "" }, { clusterState: "fail" });
  const aware = topologyWhen({ replicaOf: "a" }, { clusterState: "fail" });
  const told: string[] = [];
  let looks = 0;
  const { context } = aFakeApplyContext({
    lookAt: () => Promise.resolve(looks++ < 3 ? unaware : aware),
    clients: fakeClients({
      "10.0.0.2:6379": {
        setSlotOwner: (slots, id) => Promise.resolve(void told.push(`${[...slots].join()} ${id}`)),
        markImporting: () => Promise.resolve(),
      },
    }),
  });
  const step = {
    kind: "move-slots",
    from: source,
    to: target,
    slots: SlotSet.of([1]),
    mover: "classic",
  } as const;
  const members = [source, target].map(({ address }) => address);
  const moving = moveSlots(context, { steps: [step], basis: unaware, members, onEnd: () => undefined });
  await expect(moving).rejects.toThrow("cluster_state fail");
  expect(told[0]).toBe(`1 ${source.id}`);
});

test("what two pairs fail of in the same words is told once", async () => {
  const done = () => Promise.resolve();
  const full = new NodeFailed("10.0.0.2:6379 is full.", { code: "target-full" });
  const topology = topologyOf({ version: "7.0.15" });
  const clientOf = ({ id }: NodeRef) => ({
    look: (): Promise<Look> => {
      const view = topology.nodes.find((node) => node.id === id)?.view;
      return view ? Promise.resolve({ address: view.address, view }) : Promise.reject(new RangeError(id));
    },
    closeCounting: () => Promise.resolve([]),
    markImporting: done,
    getConfig: having("15000"),
    countOwnKeys: (slots: Iterable<number>) =>
      Promise.resolve(new Map(Array.from(slots, (slot) => [slot, 1]))),
    countKeys: (slots: readonly number[]) => Promise.resolve(slots.map(() => 1)),
    markMigrating: done,
    databases: () => Promise.resolve([0]),
    keysIn: ({ slots }: { slots: readonly number[] }) => Promise.resolve(slots.map(() => [key])),
    sizesOf: (keys: readonly unknown[]) => Promise.resolve(keys.map(() => 60)),
    migrateKeys: () => Promise.reject(full),
    closeSlots: done,
  });
  const { context, events } = aFakeApplyContext({
    lookAt: () => Promise.resolve(topology),
    clients: fakeClients({
      "10.0.0.1:6379": clientOf(source),
      "10.0.0.2:6379": clientOf(target),
      "10.0.0.3:6379": clientOf(third),
    }),
  });
  const step = { kind: "move-slots" as const, to: target, mover: "classic" as const };
  const steps = [
    { ...step, from: source, slots: SlotSet.of([1]) },
    { ...step, from: third, slots: SlotSet.of([11_000]) },
  ];
  const members = [source, target, third].map(({ address }) => address);
  const moving = moveSlots(context, { steps, basis: topology, members, onEnd: () => undefined });
  await expect(moving).rejects.toThrow("10.0.0.2:6379 is full.");
  expect(events.filter(({ event }) => event === "warning")).toEqual([]);
});
