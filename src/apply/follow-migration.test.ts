import { expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { nodeById } from "../cluster/topology.ts";
import { ConnectFailed } from "../errors.ts";
import type { AtomicServer } from "./atomic-server.ts";
import { followMigration } from "./follow-migration.ts";
import { redisAtomic } from "./redis-atomic.ts";
import { valkeyAtomic } from "./valkey-atomic.ts";

type Word = Partial<SlotMigration> | "not listed" | "no answer";

interface Course {
  readonly server: AtomicServer;
  /** What each node says at each poll; the last word is repeated. */
  readonly source: readonly Word[];
  readonly target: readonly Word[];
  /** Who has the slots in the end. */
  readonly owner: "source" | "target";
  readonly go?: () => boolean;
  readonly isAdopted?: boolean;
}

const ID = "1".repeat(40);

function aNode(name: "a" | "b", words: readonly Word[], { slots }: { slots: string }) {
  const role = name === "a" ? "source" : "target";
  const topology = aCluster([{ name, at: name === "a" ? "10.0.0.1:6379" : "10.0.0.2:6379", slots }]);
  const node = nodeById(topology, idOf(name));
  const cancelled: string[] = [];
  const silence = new ConnectFailed("it does not answer", { code: "node-silent", reason: "silence" });
  let polls = 0;
  const wordAt = (poll: number): Word => words[Math.min(poll, words.length - 1)] ?? "not listed";
  const client: FakeClient = {
    migrations: () => {
      const word = wordAt(polls++);
      if (word === "no answer") return Promise.reject(silence);
      if (word === "not listed") return Promise.resolve([]);
      const nodes = { sourceId: idOf("a"), targetId: idOf("b"), slots: parseSlots("5-7") };
      const rest = { state: "replicating", outcome: "running", reason: "", createdMs: 0 } as const;
      return Promise.resolve([{ id: ID, role, ...nodes, ...rest, ...word }]);
    },
    migrationTraffic: () => Promise.resolve({ sentBytes: 0, receivedBytes: 0, savedKeys: 0 }),
    cancelMigrations: (ids) => {
      cancelled.push(...ids);
      const word = wordAt(polls - 1);
      if (word === "no answer") return Promise.reject(silence);
      return Promise.resolve(word !== "not listed" && word.outcome !== "completed");
    },
    look: () => {
      const [address, view] = [node?.address, node?.view];
      if (!address || !view) throw new Error("the node has no view");
      return Promise.resolve({ address, view });
    },
  };
  return { client, cancelled };
}

async function follow({ server, source, target, owner, go = () => true, isAdopted = false }: Course) {
  const a = aNode("a", source, { slots: owner === "source" ? "0-100" : "0-4" });
  const b = aNode("b", target, { slots: owner === "target" ? "5-7" : "200" });
  const clients = fakeClients({ "10.0.0.1:6379": a.client, "10.0.0.2:6379": b.client });
  const { context, events, clock } = aFakeApplyContext({ clients });
  const move = aPairMove();
  const migration = { move, slots: move.slots, id: ID, bytesBefore: undefined };
  const end = await followMigration(context, { server, migration, isAdopted, go });
  const cancelled = [...a.cancelled, ...b.cancelled];
  return {
    end,
    events,
    tookMs: clock.nowMs(),
    cancelled,
    cancelledAt: { source: a.cancelled, target: b.cancelled },
  };
}

const done: Word = { outcome: "completed" };
const lost: Word = { outcome: "failed", reason: "Connection lost" };
const unpaused: Word = {
  outcome: "failed",
  reason: "Unpaused before migration completed (migration may have succeeded with lost writes)",
};

test.each<Course & { readonly name: string }>([
  {
    name: "complete on both",
    server: redisAtomic,
    source: [{}, {}, done],
    target: [{}, done],
    owner: "target",
  },
  {
    name: "not listed by a source that knows it later",
    server: redisAtomic,
    source: ["not listed", {}, done],
    target: [{}, done],
    owner: "target",
  },
  {
    name: "failed at the source, and the target owns the slots",
    server: valkeyAtomic,
    source: [unpaused],
    target: [done],
    owner: "target",
  },
  {
    name: "failed at the source, and the target does not",
    server: valkeyAtomic,
    source: [unpaused],
    target: [lost],
    owner: "source",
  },
  {
    name: "no longer listed by the source, which is a replica now",
    server: valkeyAtomic,
    source: [{}, "not listed"],
    target: [{}, done],
    owner: "target",
  },
  {
    name: "no longer listed by a target that was restarted",
    server: redisAtomic,
    source: [{}, lost],
    target: [{}, "not listed"],
    owner: "source",
  },
  {
    name: "over at the chief, and the other never hears of it",
    server: valkeyAtomic,
    source: [lost],
    target: [{}],
    owner: "source",
  },
  {
    name: "over at the other, and the chief does not answer",
    server: valkeyAtomic,
    source: ["no answer"],
    target: [{}, lost],
    owner: "source",
  },
  {
    name: "begun anew, and then complete",
    server: redisAtomic,
    source: [{}, lost, {}, done],
    target: [{}, { outcome: "retrying" }, {}, done],
    owner: "target",
  },
  {
    name: "failed once at a source whose target begins anew, unheard for a moment",
    server: redisAtomic,
    source: [{}, lost, lost, {}, done],
    target: [{}, "no answer", { outcome: "retrying" }, {}, done],
    owner: "target",
  },
  {
    name: "complete at the source, and the target does not answer",
    server: redisAtomic,
    source: [{}, done],
    target: [{}, "no answer"],
    owner: "target",
  },
])("$name: who owns the slots decides", async (course) => {
  const { end, cancelled } = await follow(course);
  expect(end?.owner).toBe(course.owner);
  expect(cancelled).toEqual([]);
});

test("the operator hears of writes that may be lost", async () => {
  const { events } = await follow({
    server: valkeyAtomic,
    source: [unpaused],
    target: [done],
    owner: "target",
  });
  expect(events).toMatchObject([
    { event: "warning", node: "10.0.0.1:6379", message: expect.stringContaining("lost writes") },
  ]);
});

test.each([
  { name: "asked to stop", owner: "source" as const, last: { outcome: "cancelled" } as const },
  { name: "asked to stop when it was complete already", owner: "target" as const, last: done },
])("$name it cancels once, and looks who has the slots", async ({ owner, last }) => {
  const course = { server: redisAtomic, source: [{}, {}, lost], target: [{}, {}, last], owner };
  const { end, cancelledAt } = await follow({ ...course, go: () => false });
  expect(end?.owner).toBe(owner);
  expect(cancelledAt.target).toEqual([ID]);
});

test("without a sign of life it is cancelled and given up", async () => {
  const { end, cancelled } = await follow({
    server: valkeyAtomic,
    source: [{}],
    target: [{}],
    owner: "source",
  });
  expect(end).toMatchObject({ owner: "source", trouble: { why: "quiet", state: "replicating" } });
  expect(cancelled).toEqual([ID]);
});

test("a target that may begin anew, and does not answer, is waited for, and told to cancel", async () => {
  const { end, cancelled, tookMs } = await follow({
    server: redisAtomic,
    source: [{}, lost],
    target: [{}, "no answer"],
    owner: "source",
  });
  expect(end).toMatchObject({
    owner: "source",
    trouble: { why: "unreached", side: "target" },
    notCancelled: "it does not answer",
  });
  expect(cancelled).toEqual([ID]);
  expect(tookMs).toBeGreaterThan(10_000);
});

test("asked to stop, one that is adopted is left running", async () => {
  const course = { server: redisAtomic, source: [{}], target: [{}], owner: "source" } as const;
  const { end, cancelled } = await follow({ ...course, isAdopted: true, go: () => false });
  expect(end).toBeUndefined();
  expect(cancelled).toEqual([]);
});

test("asked to stop while an adopted one ends, the other node may hear of it first", async () => {
  const course = { server: redisAtomic, source: [{}, {}, done], target: [done], owner: "target" } as const;
  const { end, cancelled } = await follow({ ...course, isAdopted: true, go: () => false });
  expect(end).toEqual({ owner: "target" });
  expect(cancelled).toEqual([]);
});

test("an adopted one without a sign of life is cancelled all the same", async () => {
  const course = { server: valkeyAtomic, source: [{}], target: [{}], owner: "source" } as const;
  const { end, cancelled } = await follow({ ...course, isAdopted: true });
  expect(end).toMatchObject({ trouble: { why: "quiet" } });
  expect(cancelled).toEqual([ID]);
});

test.each([
  { name: "is let go once the target has given up", target: {} as const, told: [ID] },
  { name: "is left alone when the target has taken over", target: done, told: [] },
])("a source of Redis $name", async ({ target, told }) => {
  const { cancelledAt } = await follow({
    server: redisAtomic,
    source: [{}],
    target: [target],
    owner: "source",
    go: () => false,
  });
  expect(cancelledAt).toEqual({ source: told, target: [ID] });
});
