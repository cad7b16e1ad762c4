import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { loadKeys } from "../support/keys.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { breakLink, insist, leaveGhost, openSlot, strayKey } from "../support/live-faults.ts";
import { ask, idOf } from "../support/live-node.ts";
import { type ProblemJson, slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

interface Fault {
  readonly what: string;
  /** Breaks a cluster of three primaries with a replica each. */
  readonly make: (nodes: readonly RunningNode[]) => Promise<AsyncDisposable | void>;
  /** Which of the nodes the problem names; more may be named. */
  readonly named: readonly number[];
  readonly problem: Partial<ProblemJson> & Pick<ProblemJson, "code" | "severity">;
  readonly deep?: true;
}

const faults: readonly Fault[] = [
  {
    what: "a slot that nobody owns",
    make: async (nodes) => {
      for (const node of nodes.slice(0, 3)) await ask(node, "CLUSTER", "DELSLOTS", 5);
    },
    named: [],
    problem: { code: "slots-uncovered", severity: "error", slots: "5" },
  },
  {
    what: "a slot that is on its way",
    make: (nodes) => openSlot({ slot: 100, from: nodeAt(nodes, 0), to: nodeAt(nodes, 1) }),
    named: [0, 1],
    problem: { code: "slots-open", severity: "error", slots: "100" },
  },
  {
    what: "a node that gives a slot to another one than its owner",
    make: async (nodes) => {
      const other = await idOf(nodeAt(nodes, 1));
      return insist(nodeAt(nodes, 2), "CLUSTER", "SETSLOT", 100, "NODE", other);
    },
    named: [],
    problem: { code: "views-disagree-on-slots", severity: "error", slots: "100" },
  },
  {
    what: "a primary that is dead and has nobody to take over",
    make: async (nodes) => {
      await nodeAt(nodes, 4).kill();
      await nodeAt(nodes, 1).kill();
    },
    named: [1],
    problem: { code: "slots-unserved", severity: "error", slots: "5461-10922" },
  },
  {
    what: "a replica that is dead",
    make: (nodes) => nodeAt(nodes, 5).kill(),
    named: [5],
    problem: { code: "node-unreachable", severity: "warning" },
  },
  {
    what: "two of three primaries that are dead",
    make: async (nodes) => {
      await Promise.all([nodeAt(nodes, 0).kill(), nodeAt(nodes, 1).kill()]);
    },
    named: [0, 1],
    problem: { code: "no-majority", severity: "error" },
  },
  {
    what: "a node that does not let slotctl in",
    make: async (nodes) => {
      await ask(nodeAt(nodes, 1), "CONFIG", "SET", "requirepass", "secret");
    },
    named: [1],
    problem: { code: "node-denied", severity: "error" },
  },
  {
    what: "an id that no node has any more",
    make: async (nodes) => {
      await leaveGhost({ node: nodeAt(nodes, 5), witness: nodeAt(nodes, 0) });
    },
    named: [],
    problem: { code: "ghost-node", severity: "warning" },
  },
  {
    what: "a replica without a link",
    make: (nodes) => breakLink({ primary: nodeAt(nodes, 1), replica: nodeAt(nodes, 4) }),
    named: [4],
    problem: { code: "replica-link-down", severity: "warning" },
  },
  {
    what: "a setting that differs",
    make: async (nodes) => {
      await ask(nodeAt(nodes, 2), "CONFIG", "SET", "cluster-node-timeout", 3000);
    },
    named: [2],
    problem: { code: "settings-differ", severity: "warning" },
  },
  {
    what: "a key in a slot that its node does not own",
    make: (nodes) => strayKey({ slot: 5, at: nodeAt(nodes, 1), owner: nodeAt(nodes, 0) }),
    named: [1],
    problem: { code: "keys-in-foreign-slots", severity: "error", slots: "5" },
    deep: true,
  },
];

describe.concurrent.each(representatives(await listServers()))("$engine $version: check finds", (server) => {
  test.each(faults)("$what", async ({ make, named, problem, deep }) => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes } = cluster;
    await using _ = (await make(nodes)) ?? nothing;
    const args = ["check", nodeAt(nodes, 2).address, ...(deep ? ["--deep"] : [])];

    // What a node tells of another spreads within a moment.
    const check = await eventually(
      () => slotctlJson(args, { exits: "anyhow" }),
      ({ data }) => data.problems.some(({ code }) => code === problem.code),
    );

    const found = check.data.problems.find(({ code }) => code === problem.code);
    expect(found).toMatchObject(problem);
    const names = named.map((place) => nodeAt(nodes, place).address);
    expect(found?.nodes).toEqual(expect.arrayContaining(names));
    expect(found?.hint).not.toBe("");
    const hasErrors = check.data.problems.some(({ severity }) => severity === "error");
    expect(check.data.state).toBe("problems");
    expect(check.exitCode).toBe(hasErrors ? 3 : 0);
    expect(hasErrors).toBe(problem.severity === "error");
  });

  test("a node that is loading its data", async () => {
    // A millisecond a key, and a look at the clients now and then.
    const slowLoad = { "key-load-delay": "1000", "loading-process-events-interval-bytes": "1024" };
    await using cluster = await aLiveCluster({ server, config: slowLoad });
    const { nodes, seed } = cluster;
    const node = nodeAt(nodes, 1);
    await loadKeys({ port: nodeAt(nodes, 0).port, count: 15_000 });
    await ask(node, "SAVE");
    const restarting = node.restart();
    await eventually(
      () => ask(node, "PING").catch(String),
      (reply) => String(reply).includes("LOADING"),
    );
    const check = await slotctlJson(["check", seed], { exits: 3 });
    expect(check.data.problems).toContainEqual(
      expect.objectContaining({ code: "node-loading", severity: "error", nodes: [node.address] }),
    );
    await restarting;
    await eventually(
      () => slotctlJson(["check", seed], { exits: "anyhow" }),
      ({ exitCode }) => exitCode === 0,
    );
  });
});

const nothing: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };
