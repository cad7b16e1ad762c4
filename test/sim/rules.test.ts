import { describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { NodeFailed } from "../../src/errors.ts";
import type { NodeClient } from "../../src/wire/node-client.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { scenarios } from "../support/sim-cluster-scenarios.ts";
import type { SimSettings } from "../support/sim-cluster-world.ts";

// A simulation that lets everything pass would prove nothing: it refuses what real servers refuse.

function build(settings: Partial<SimSettings> = {}): SimCluster {
  const nodes = [
    { name: "a", slots: "0-8191" },
    { name: "b", slots: "8192-16383" },
    { name: "ra", replicaOf: "a" },
    { name: "new", isAlone: true },
  ];
  const cluster = new SimCluster({ seed: 1, nodes, settings: { emptyPrimaryFollows: false, ...settings } });
  cluster.write({ slots: [5], keysPerSlot: 2 });
  return cluster;
}

const b = idOf("b");
const keys = [keyInSlot(5, 0), keyInSlot(5, 1)];
const migration = {
  to: { host: "10.0.0.2", port: 6379 },
  keys,
  database: 0,
  timeoutMs: 100,
  replace: false,
};

test.each<{ text: RegExp; at: string; send: (node: NodeClient) => Promise<unknown> }>([
  { text: /already busy/, at: "new", send: (node) => node.addSlots(parseSlots("1")) },
  { text: /does not know any other/, at: "a", send: (node) => node.setConfigEpoch(9) },
  { text: /not the owner of hash slot 9000/, at: "a", send: (node) => node.markMigrating([9000], b) },
  { text: /already the owner of hash slot 5/, at: "a", send: (node) => node.markImporting([5], b) },
  { text: /don't know about node/, at: "b", send: (node) => node.markImporting([5], idOf("new")) },
  { text: /6379 is a replica now/, at: "ra", send: (node) => node.markImporting([5], b) },
  { text: /other end is a replica now/, at: "a", send: (node) => node.markMigrating([5], idOf("ra")) },
  { text: /still hold keys/, at: "a", send: (node) => node.setSlotOwner([5], b) },
  { text: /must be empty/, at: "a", send: (node) => node.replicate(b) },
  { text: /Unknown node/, at: "new", send: (node) => node.replicate(b) },
  { text: /not a replica/, at: "new", send: (node) => node.replicate(idOf("ra")) },
  { text: /can't be called with master nodes/, at: "a", send: (node) => node.reset() },
  { text: /forget my master/, at: "ra", send: (node) => node.forget([idOf("a")]) },
  { text: /CLUSTER FAILOVER to a replica/, at: "a", send: (node) => node.failover("graceful") },
  { text: /slot 5 any more/, at: "a", send: (node) => node.migrateKeys(migration) },
])("$at refuses: $text", async ({ text, at, send }) => {
  const cluster = build();
  cluster.node("new").slots.set(1, idOf("new"));
  if (at === "new") await cluster.clients.at(cluster.node("new").address).meet([met(cluster, "ra")]);
  await cluster.clock.sleep(300);
  cluster.node("new").forgetPeer(b);
  const failure = await send(cluster.clients.at(cluster.node(at).address)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NodeFailed);
  expect(failure).toMatchObject({ message: expect.stringMatching(text) });
});

function met(cluster: SimCluster, name: string) {
  const { address, busPort } = cluster.node(name);
  return { announced: address, busPort };
}

describe("gossip", () => {
  test("brings a forgotten node back once the minute is over", async () => {
    const cluster = build();
    const a = cluster.node("a");
    await cluster.clients.at(a.address).forget([b]);
    expect(a.peers.has(b)).toBe(false);
    await cluster.clock.sleep(59_000);
    expect(a.peers.has(b)).toBe(false);
    await cluster.clock.sleep(3000);
    expect(a.peers.has(b)).toBe(true);
  });

  test("gives a slot to the claim with the higher epoch, and its keys are gone", async () => {
    const cluster = build();
    const target = cluster.clients.at(cluster.node("b").address);
    await target.markImporting([5], idOf("a"));
    await target.setSlotOwner([5], b);
    await cluster.clock.sleep(2000);
    expect(cluster.nodes.slice(0, 3).map((node) => node.slots.ownerOf(5))).toEqual([b, b, b]);
    expect(cluster.node("a").keys.size).toBe(0);
  });

  test("introduces a node that was met to all others", async () => {
    const cluster = build();
    await cluster.clients.at(cluster.node("new").address).meet([met(cluster, "a")]);
    await cluster.clock.sleep(2000);
    expect(cluster.nodes.map((node) => node.peers.size)).toEqual([3, 3, 3, 3]);
  });
});

describe("a MEET between nodes that know each other", () => {
  const nobodyGossips = { pingsPerRound: 0 };
  /** What a node knows, by names: who is there and in what role, who owns slot 5, and the newest epoch. */
  const knownTo = (cluster: SimCluster, name: string) => {
    const { peers, handshakes, slots, currentEpoch } = cluster.node(name);
    const roles = [...peers.values()].map(({ id, primaryId, configEpoch }) => ({
      id,
      primaryId,
      configEpoch,
    }));
    return { roles, handshakes: handshakes.size, owner: slots.ownerOf(5), currentEpoch };
  };

  test("tells the one that is met of the slots and the epoch of the other, and changes nothing else", async () => {
    const cluster = build(nobodyGossips);
    const [a, target] = [cluster.node("a"), cluster.node("b")];
    for (const key of keys) a.keys.delete(key);
    target.slots.set(5, b);
    target.configEpoch = 99;
    target.currentEpoch = 99;
    const before = { b: knownTo(cluster, "b"), ra: knownTo(cluster, "ra"), a: knownTo(cluster, "a") };
    await cluster.clients.at(target.address).meet([met(cluster, "a")]);
    await cluster.clock.sleep(300);
    const roles = before.a.roles.map((role) => (role.id === b ? { ...role, configEpoch: 99 } : role));
    expect(knownTo(cluster, "a")).toEqual({ roles, handshakes: 0, owner: b, currentEpoch: 99 });
    expect({ b: knownTo(cluster, "b"), ra: knownTo(cluster, "ra") }).toEqual({ b: before.b, ra: before.ra });
  });

  test("tells of the role", async () => {
    const cluster = build(nobodyGossips);
    cluster.node("ra").primaryId = b;
    await cluster.clients.at(cluster.node("ra").address).meet([met(cluster, "a")]);
    await cluster.clock.sleep(300);
    const said = ["a", "b"].map((name) => cluster.node(name).peers.get(idOf("ra"))?.primaryId);
    expect(said).toEqual([b, idOf("a")]);
  });
});

test.each(scenarios)("the same seed gives the same run of $name", async (scenario) => {
  const runs = [scenario.build(7), scenario.build(7)];
  for (const cluster of runs) await carryOut(cluster, await scenario.plan(cluster));
  const [first, second] = runs.map((cluster) => [cluster.clock.nowMs(), cluster.changes]);
  expect(first).toEqual(second);
});
