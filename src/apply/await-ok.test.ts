import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext, type FakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { ConnectFailed, DeadlinePassed, NodeFailed, Stopped } from "../errors.ts";
import type { Step, StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { awaitOk } from "./await-ok.ts";

const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191" },
  { name: "b", slots: "8192-16383" },
  { name: "c" },
];

type State = NodeView["clusterState"];

/** What the nodes report: a and b are the new primaries, c will be a replica and has nothing to wait for. */
function reporting(a: State, b: State): Topology {
  const states: readonly State[] = [a, b, "fail"];
  return aCluster(specs.map((spec, index) => ({ ...spec, view: { clusterState: states[index] ?? "fail" } })));
}

const [down, halfUp, up] = [reporting("fail", "fail"), reporting("ok", "fail"), reporting("ok", "ok")];

function nameOf({ address }: ClusterNode): string {
  return address ? formatAddress(address) : "";
}

function primary(name: string): StepOf<"await-ok"> {
  const address = nodeById(up, idOf(name))?.address;
  if (!address) throw new Error(`there is no node ${name}`);
  return { kind: "await-ok", node: { id: idOf(name), address } };
}

const steps = [primary("a"), primary("b")];

interface Waited extends FakeApplyContext {
  /** What nodes were set to, in turn. */
  readonly told: readonly string[];
  readonly ended: readonly Step[];
  readonly wait: () => Promise<void>;
}

/** The wait, with what is reported from look to look; the last stays. Where there is nothing, looking fails. */
function waiting(
  topologies: readonly (Topology | undefined)[],
  {
    timeouts = ["15000", "15000"],
    ...changes
  }: Partial<ApplyContext> & { timeouts?: readonly string[] } = {},
): Waited {
  const told: string[] = [];
  const ended: Step[] = [];
  const timeoutOf = new Map<string, string>();
  const clientOf = (node: string, before: string): FakeClient => ({
    getConfig: () => Promise.resolve(timeoutOf.get(node) ?? before),
    setConfig: (name, value) => {
      timeoutOf.set(node, value);
      told.push(`${node} ${name} ${value}`);
      return Promise.resolve();
    },
  });
  let looks = 0;
  const fake = aFakeApplyContext({
    clients: fakeClients(
      Object.fromEntries(
        steps.map(({ node: { address } }, index) => [
          formatAddress(address),
          clientOf("ab".charAt(index), timeouts[index] ?? ""),
        ]),
      ),
    ),
    lookAt: (addresses) => {
      const asked = new Set(addresses.map(formatAddress));
      const topology = topologies[Math.min(looks++, topologies.length - 1)];
      if (!topology) return Promise.reject(new Error("gone"));
      const { nodes } = topology;
      return Promise.resolve({ nodes: nodes.filter((node) => asked.has(nameOf(node))) });
    },
    ...changes,
  });
  const members = up.nodes.flatMap(({ address }) => address ?? []);
  const wait = () =>
    awaitOk(fake.context, { steps, basis: up, members, onEnd: (step) => void ended.push(step) });
  return { ...fake, told, ended, wait };
}

describe("what an earlier run left behind when it was killed", () => {
  const leftAtA = ["503", "15000"];

  test("is put back to the usual, and told, before the node is lowered again and put back", async () => {
    const { wait, told, events } = waiting([down, down, up], { timeouts: leftAtA });
    await wait();
    expect(told.filter((change) => change.startsWith("a"))).toEqual([
      "a cluster-node-timeout 15000",
      ...aLowered,
    ]);
    expect(events.filter(({ event }) => event === "warning")).toEqual([
      {
        event: "warning",
        node: "10.0.0.1:6379",
        message:
          "10.0.0.1:6379 was left with cluster-node-timeout 503 by an earlier run; it has the usual 15000 now.",
      },
    ]);
  });

  test("is put back of primaries that take writes already", async () => {
    const { wait, told } = waiting([up], { timeouts: leftAtA });
    await wait();
    expect(told).toEqual(["a cluster-node-timeout 15000"]);
  });

  test("stays where a node forbids CONFIG, for then no run has changed it", async () => {
    const forbidding = { getConfig: () => Promise.reject(new NodeFailed("no", { code: "denied" })) };
    const { wait, ended, events } = waiting([up], { clients: everywhere(forbidding) });
    await wait();
    expect(ended).toEqual(steps);
    expect(events).toEqual([]);
  });

  test("a node that does not answer is no node that forbids CONFIG", async () => {
    const silent = new ConnectFailed("a is silent", { code: "node-silent" });
    const { wait } = waiting([up], { clients: everywhere({ getConfig: () => Promise.reject(silent) }) });
    await expect(wait()).rejects.toBe(silent);
  });

  function everywhere(client: FakeClient) {
    return fakeClients(Object.fromEntries(steps.map(({ node }) => [formatAddress(node.address), client])));
  }
});

const aLowered = ["a cluster-node-timeout 503", "a cluster-node-timeout 15000"];
const bLowered = ["b cluster-node-timeout 503", "b cluster-node-timeout 15000"];

test("the timeout is low until the primaries take writes, and then as before", async () => {
  const { wait, told, ended } = waiting([down, down, down, halfUp, up]);
  await wait();
  expect(told.toSorted()).toEqual([...aLowered, ...bLowered].toSorted());
  expect(told.slice(0, 2).every((change) => change.endsWith(" 503"))).toBe(true);
  expect(ended).toEqual(steps);
});

test.each([
  { name: "of primaries that take writes already", topology: up, timeouts: undefined },
  { name: "where a node's timeout is lower", topology: down, timeouts: ["400", "500"] },
])("nothing is lowered $name", async ({ topology, timeouts }) => {
  const { wait, told, ended } = waiting([topology, topology, up], timeouts && { timeouts });
  await wait();
  expect(told).toEqual([]);
  expect(ended).toEqual(steps);
});

test("of some that take writes and some that do not, only those that do not are touched", async () => {
  const { wait, told } = waiting([halfUp, halfUp, up]);
  await wait();
  expect(told).toEqual(bLowered);
});

test("nothing is lowered before the nodes know each other", async () => {
  const lonely = aCluster(specs.map((spec) => ({ ...spec, view: { clusterState: "fail", lines: [] } })));
  const { wait, told } = waiting([lonely]);
  await expect(wait()).rejects.toBeInstanceOf(DeadlinePassed);
  expect(told).toEqual([]);
});

test.each<{ name: string; topologies: (Topology | undefined)[]; message: RegExp }>([
  { name: "time is up", topologies: [down], message: /do not agree after 1 s: .* cluster_state fail/ },
  { name: "a look fails", topologies: [down, down, undefined], message: /^gone$/ },
])("everything is put back when $name", async ({ topologies, message }) => {
  const { wait, told, ended } = waiting(topologies);
  await expect(wait()).rejects.toThrow(message);
  expect(told.toSorted()).toEqual([...aLowered, ...bLowered].toSorted());
  expect(ended).toEqual([]);
});

test("and when somebody asks to stop", async () => {
  const stopping = new AbortController();
  const { wait, told } = waiting([down, down, down], {
    signal: stopping.signal,
    clock: { nowMs: () => 0, sleep: () => Promise.resolve(stopping.abort()) },
  });
  await expect(wait()).rejects.toBeInstanceOf(Stopped);
  expect(told.toSorted()).toEqual([...aLowered, ...bLowered].toSorted());
});
