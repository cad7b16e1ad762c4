import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { applyPlan } from "../../src/apply/apply-plan.ts";
import { MoveTally } from "../../src/apply/move-tally.ts";
import { parseAddress } from "../../src/cluster/address.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { Stale } from "../../src/errors.ts";
import { planAddNode } from "../../src/plan/plan-add-node.ts";
import { planDelNode } from "../../src/plan/plan-del-node.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { lookAtAll } from "../../src/wire/look-at-all.ts";
import { observe } from "../../src/wire/observe.ts";
import { RedisNodeClients } from "../../src/wire/redis-node-clients.ts";
import { aLiveCluster, type LiveCluster, nodeAt } from "../support/live-cluster.ts";
import { ask, askAll, idOf, linesOf, selfOf } from "../support/live-node.ts";
import { mustSlotctl } from "../support/live-slotctl.ts";
import { keyIn } from "../support/live-slots.ts";
import { eventually } from "../support/live-wait.ts";
import { twoServers } from "../support/move-servers.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

// The cluster changes between the plan and carrying it out, as while the operator is asked.

const access = {
  username: undefined,
  password: undefined,
  tls: undefined,
  timeoutMs: 5000,
  mapAddress: <Address>(announced: Address) => announced,
};

describe.concurrent.each(await twoServers())("$engine $version: a plan that is out of date", (server) => {
  test("does not remove a node that has got slots since", async () => {
    await using cluster = await withEmptyMembers(1);
    const leaver = nodeAt(cluster.spares, 0);
    using clients = new RedisNodeClients(access);
    const plan = await planRemoval({ cluster, clients, leaver });
    const to = ["--to", leaver.address, "--from", nodeAt(cluster.nodes, 0).address];
    await mustSlotctl("reshard", cluster.seed, ...to, "--slot-ranges", "0-9", "--yes");
    expect(await staleness(clients, plan)).toMatchObject({
      code: "node-changed",
      node: leaver.address,
      message: expect.stringContaining("owns slots 0-9 by now"),
    });
    await expectMember(cluster, leaver);
    expect(String((await selfOf(leaver)).slots)).toBe("0-9");
  });

  test("does not remove a node that a replica follows since", async () => {
    await using cluster = await withEmptyMembers(2);
    const [leaver, follower] = [nodeAt(cluster.spares, 0), nodeAt(cluster.spares, 1)];
    using clients = new RedisNodeClients(access);
    const plan = await planRemoval({ cluster, clients, leaver });
    await ask(follower, "CLUSTER", "REPLICATE", await idOf(leaver));
    expect(await staleness(clients, plan)).toMatchObject({
      code: "node-changed",
      node: follower.address,
      message: expect.stringContaining("follows a node that is to be removed by now"),
    });
    await expectMember(cluster, leaver);
  });

  test("does not introduce a newcomer that has met others since", async () => {
    await using cluster = await aLiveCluster({ server, spares: 2 });
    const [newcomer, other] = [nodeAt(cluster.spares, 0), nodeAt(cluster.spares, 1)];
    using clients = new RedisNodeClients(access);
    const look = await clients.at(parseAddress(newcomer.address)).look();
    if (!("view" in look)) throw new Error(look.unreached.detail);
    const topology = await observed(clients, cluster.seed);
    const wish = { replica: false };
    const plan = planAddNode({ topology, newcomers: [look.view], wish, functions: new Set() });
    await ask(newcomer, "CLUSTER", "MEET", other.host, other.port);
    const otherId = await idOf(other);
    await eventually(
      () => linesOf(newcomer),
      (lines) => lines.some(({ id }) => id === otherId),
    );
    expect(await staleness(clients, plan)).toMatchObject({
      code: "node-changed",
      node: newcomer.address,
      message: expect.stringContaining(`knows ${other.address} by now`),
    });
    for (const node of cluster.nodes) expect(await linesOf(node)).toHaveLength(3);
  });

  test("does not close a slot of which the other side has got a key since", async () => {
    await using cluster = await aLiveCluster({ server });
    const [owner, other] = [nodeAt(cluster.nodes, 0), nodeAt(cluster.nodes, 1)];
    using clients = new RedisNodeClients(access);
    await ask(other, "CLUSTER", "SETSLOT", 5, "IMPORTING", await idOf(owner));
    const topology = await observed(clients, cluster.seed);
    const fromIds = [await idOf(owner)];
    const plan = planReshard({
      topology,
      wish: { toId: await idOf(other), fromIds, slots: parseSlots("7") },
    });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(["settle-slot", "move-slots"]);
    await askAll(other, [["ASKING"], ["SET", keyIn(5), "sent on"]]);
    expect(await staleness(clients, plan)).toMatchObject({
      code: "slots-moved-meanwhile",
      node: other.address,
      message: expect.stringContaining("holds keys of slots 5 by now"),
    });
    expect((await selfOf(other)).openSlots).toMatchObject([{ slot: 5, direction: "importing" }]);
    expect(await askAll(other, [["ASKING"], ["GET", keyIn(5)]])).toEqual(["OK", "sent on"]);
  });

  /** Three primaries, and members without slots. */
  async function withEmptyMembers(spares: number): Promise<LiveCluster> {
    const cluster = await aLiveCluster({ server, spares });
    await mustSlotctl("add-node", ...cluster.spares.map(({ address }) => address), cluster.seed, "--yes");
    return cluster;
  }
});

async function planRemoval({
  cluster,
  clients,
  leaver,
}: {
  cluster: LiveCluster;
  clients: RedisNodeClients;
  leaver: RunningNode;
}): Promise<Plan> {
  const topology = await observed(clients, cluster.seed);
  return planDelNode({ topology, wish: { nodeIds: [await idOf(leaver)], drain: false, keep: false } });
}

async function observed(clients: RedisNodeClients, seed: string) {
  return await observe({ clients, seed: parseAddress(seed), mapAddress: access.mapAddress });
}

async function staleness(clients: RedisNodeClients, plan: Plan): Promise<unknown> {
  const clock = { nowMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
  const emit = () => undefined;
  const context: ApplyContext = {
    clients,
    lookAt: (addresses) => lookAtAll(clients, addresses),
    emit,
    signal: new AbortController().signal,
    clock,
    waitMs: 20_000,
    moving: {
      pairsAtOnceMax: 16,
      maxLatencyMs: 0,
      keysPerSecondMax: undefined,
      mayFallBack: false,
      replace: false,
    },
    tally: new MoveTally(clock, emit),
    saveValue: () => Promise.reject(new Error("no value was to give way")),
  };
  const failure: unknown = await applyPlan(context, plan).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Stale);
  return failure;
}

/** Everybody knows it, and it knows everybody. */
async function expectMember(cluster: LiveCluster, node: RunningNode): Promise<void> {
  const id = await idOf(node);
  for (const member of cluster.nodes) expect((await linesOf(member)).map((line) => line.id)).toContain(id);
  expect(await linesOf(node)).toHaveLength(cluster.nodes.length + cluster.spares.length);
}
