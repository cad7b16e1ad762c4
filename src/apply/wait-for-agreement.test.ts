import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext, type FakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import { type Address, formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import type { WaitSubject } from "../plan/run-event.ts";
import { type Reason, waitForAgreement } from "./wait-for-agreement.ts";

const healthy: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];
const settled = aCluster(healthy);
const addresses: readonly Address[] = settled.nodes.flatMap((node) => node.address ?? []);
/** c takes the others for its replicas. */
const strayed = changed("c", {
  lines: settled.nodes.flatMap((node) =>
    node.view && node.id !== idOf("c") ? { ...node.view.self, primaryId: idOf("c") } : [],
  ),
});
const down = changed("b", { clusterState: "fail" });

function changed(name: string, view: NonNullable<NodeSpec["view"]>): Topology {
  return aCluster(healthy.map((spec) => (spec.name === name ? { ...spec, view } : spec)));
}

/** What is looked at changes from look to look; the last one stays. */
function lookingAt(...topologies: readonly Topology[]): FakeApplyContext & {
  readonly looks: string[][];
  /** Who was told to meet whom, and when. */
  readonly meets: { readonly who: string; readonly whom: string[]; readonly atMs: number }[];
} {
  const looks: string[][] = [];
  const meets: { who: string; whom: string[]; atMs: number }[] = [];
  const meetingClient = (who: string): FakeClient => ({
    meet: (peers) => {
      const whom = peers.map(({ announced }) => formatAddress(announced));
      meets.push({ who, whom, atMs: fake.clock.nowMs() });
      return Promise.resolve();
    },
  });
  const names = addresses.map(formatAddress);
  const fake = aFakeApplyContext({
    clients: fakeClients(Object.fromEntries(names.map((name) => [name, meetingClient(name)]))),
    lookAt: (asked) => {
      looks.push(asked.map(formatAddress));
      const topology = topologies[Math.min(looks.length, topologies.length) - 1];
      return topology ? Promise.resolve(topology) : Promise.reject(new Error("nothing to look at"));
    },
  });
  return { ...fake, looks, meets };
}

test("looks at the nodes given until they are settled", async () => {
  const { context, looks } = lookingAt(down, down, settled);
  await waitForAgreement(context, addresses);
  expect(looks).toEqual(Array.from({ length: 3 }, () => addresses.map(formatAddress)));
});

test("waits only for what it is asked to wait for", async () => {
  const { context, looks } = lookingAt(down);
  await waitForAgreement(context, addresses, { reasons: ["unknown-node", "link-down"] });
  expect(looks).toHaveLength(1);
});

test.each<{ reasons: Reason[]; topology: Topology; what: WaitSubject }>([
  { reasons: ["state-fail"], topology: down, what: "state-ok" },
  { reasons: ["unknown-node"], topology: changed("b", { lines: [] }), what: "nodes-to-join" },
  { reasons: ["state-fail", "other-view"], topology: down, what: "views-to-agree" },
])("says what it waits for: $what", async ({ reasons, topology, what }) => {
  const { context, events } = lookingAt(topology);
  await expect(waitForAgreement(context, addresses, { reasons })).rejects.toThrow("do not agree");
  expect(events).toEqual([expect.objectContaining({ event: "waiting", what })]);
});

test("a link that nobody mends is not waited for, but everything else of its replica is", async () => {
  const link = { replication: { role: "replica", offset: 0, linkUp: false, syncing: false } } as const;
  const replicaWith = (view: NonNullable<NodeSpec["view"]>) =>
    aCluster([...healthy, { name: "r", replicaOf: "a", view: { ...link, ...view } }]);
  const waitingFor = async (topology: Topology, broken: readonly string[]) => {
    const { context } = lookingAt(topology);
    return await waitForAgreement(context, addresses, { brokenLinks: new Set(broken) }).catch(
      (error: Error) => error.message,
    );
  };
  expect(await waitingFor(replicaWith({}), ["10.0.0.4:6379"])).toBeUndefined();
  expect(await waitingFor(replicaWith({}), ["10.0.0.3:6379"])).toContain("10.0.0.4:6379 is not linked");
  expect(await waitingFor(replicaWith({ clusterState: "fail" }), ["10.0.0.4:6379"])).toBe(
    "The nodes do not agree after 1 s: 10.0.0.4:6379 reports cluster_state fail.",
  );
});

test("nodes whose news does not arrive by itself tell it again, every half a second", async () => {
  const { context, meets, clock } = lookingAt(strayed);
  const startMs = clock.nowMs();
  await expect(waitForAgreement(context, addresses, { reasons: ["other-view"] })).rejects.toThrow(
    "another view",
  );
  const [a, b, c] = addresses.map(formatAddress);
  expect(meets.map(({ who, whom, atMs }) => ({ who, whom, afterMs: atMs - startMs }))).toEqual(
    [20, 520].flatMap((afterMs) => [a, b].map((who) => ({ who, whom: [c], afterMs }))),
  );
});

test("help is given by what the nodes say now, every half a second, until they are settled", async () => {
  const { context, clock } = lookingAt(settled, down);
  const helped: number[] = [];
  const startMs = clock.nowMs();
  const help = (topology: Topology) => {
    expect(topology).toBe(down);
    return Promise.resolve(void helped.push(clock.nowMs() - startMs));
  };
  await waitForAgreement(context, addresses, { help });
  expect(helped).toEqual([]);
  await expect(waitForAgreement(context, addresses, { help })).rejects.toThrow("cluster_state fail");
  expect(helped).toEqual([20, 520]);
});

test.each([
  { name: "once is enough", isLasting: false, looked: 1 },
  { name: "it has to last where roles have changed", isLasting: true, looked: 4 },
])("an old packet that arrives late may undo an agreement: $name", async ({ isLasting, looked }) => {
  const { context, looks } = lookingAt(settled, strayed, settled);
  await waitForAgreement(context, addresses, { isLasting });
  expect(looks).toHaveLength(looked);
});

test("a disagreement that nobody waits for is nobody's news", async () => {
  const { context, meets } = lookingAt(strayed);
  await waitForAgreement(context, addresses, { reasons: ["unknown-node"] });
  expect(meets).toEqual([]);
});

test("who is late is told, with what is wrong", async () => {
  const { context } = lookingAt(down);
  await expect(waitForAgreement(context, addresses)).rejects.toMatchObject({
    name: "DeadlinePassed",
    code: "no-agreement",
    node: "10.0.0.2:6379",
    message: "The nodes do not agree after 1 s: 10.0.0.2:6379 reports cluster_state fail.",
    hint: expect.stringContaining("slotctl check") as string,
  });
});

test("nodes that do not find each other are named with port and bus port", async () => {
  const lonely = changed("b", { lines: [] });
  const { context } = lookingAt(lonely);
  await expect(waitForAgreement(context, addresses, { reasons: ["unknown-node"] })).rejects.toMatchObject({
    message: expect.stringContaining("10.0.0.2:6379 does not know 10.0.0.1:6379") as string,
    hint: expect.stringContaining("10.0.0.1:6379 (bus port 16379), 10.0.0.3:6379 (bus port 16379)") as string,
  });
});

test("of a node that is cut off and those that miss it, it is the one to look at", async () => {
  const selves = settled.nodes.flatMap((node) => node.view?.self ?? []);
  const cutOff = aCluster(
    healthy.map(({ name, slots = "" }) => {
      const isKnown = (id: string) => name !== "a" && id !== idOf("a") && id !== idOf(name);
      return { name, slots, view: { lines: selves.filter(({ id }) => isKnown(id)) } };
    }),
  );
  const { context } = lookingAt(cutOff);
  await expect(waitForAgreement(context, addresses, { reasons: ["unknown-node"] })).rejects.toMatchObject({
    node: "10.0.0.1:6379",
    hint: expect.stringContaining("look at 10.0.0.1:6379 (bus port 16379)") as string,
  });
});

test("each thing that can be wrong has words of its own", async () => {
  const link = { replication: { role: "replica", offset: 0, linkUp: false, syncing: false } } as const;
  const withReplica = aCluster([...healthy, { name: "r", replicaOf: "a", view: link }]);
  const said = async (topology: Topology) =>
    await waitForAgreement(lookingAt(topology).context, addresses).catch((error: Error) => error.message);
  expect(await said(withReplica)).toContain("the replica 10.0.0.4:6379 is not linked to its primary yet");
  expect(await said(strayed)).toContain("10.0.0.3:6379 has another view of slots or roles than most");
});

test("a long list of facts is cut, and says so", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const many = aCluster(
    names.map((name, index) => ({
      name,
      slots: index === 0 ? "0-16383" : "",
      view: { clusterState: "fail" },
    })),
  );
  const { context } = lookingAt(many);
  await expect(waitForAgreement(context, addresses)).rejects.toThrow(/; and 2 more\.$/);
});
