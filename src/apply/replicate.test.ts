import { describe, expect, test } from "vitest";
import { aCluster, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { conditionsOfSteps } from "../../test/support/conditions-of-steps.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { replicate } from "./replicate.ts";

const primary = { id: idOf("a"), address: { host: "10.0.0.1", port: 6379 } };
const replica = { id: idOf("r"), address: { host: "10.0.0.2", port: 6379 } };
const a: NodeSpec = { name: "a", slots: "0-16383" };
const link = (linkUp: boolean) => ({
  replication: { role: "replica" as const, offset: 0, linkUp, syncing: !linkUp },
});

const unknown: readonly NodeSpec[] = [a, { name: "r", view: { lines: [] } }];
const apart: readonly NodeSpec[] = [a, { name: "r" }];
const linking: readonly NodeSpec[] = [a, { name: "r", replicaOf: "a", view: link(false) }];
const linked: readonly NodeSpec[] = [a, { name: "r", replicaOf: "a", view: link(true) }];

interface Replicating {
  /** What the nodes say before the replica is told, from look to look; the last stays. */
  readonly before: readonly (readonly NodeSpec[])[];
  readonly after?: readonly (readonly NodeSpec[])[];
  readonly syncAtOnce?: boolean;
}

/** What the nodes were told in turn, and how it ended. */
async function replicating({ before, after = [linked], syncAtOnce = false }: Replicating) {
  const told: string[] = [];
  let looked = 0;
  let states = before;
  const now = () => states[Math.min(looked, states.length - 1)] ?? [];
  const { context } = aFakeApplyContext({
    lookAt: () => {
      const topology = aCluster(now());
      looked += 1;
      return Promise.resolve(topology);
    },
    clients: fakeClients({
      "10.0.0.1:6379": {
        getConfig: () => Promise.resolve("5"),
        setConfig: (name, value) => Promise.resolve(void told.push(`${name} ${value}`)),
      },
      "10.0.0.2:6379": {
        look: () => {
          const look = looksAt(now()).find(({ expectedId }) => expectedId === replica.id);
          return look ? Promise.resolve(look) : Promise.reject(new Error("there is no replica"));
        },
        replicate: (primaryId) => {
          expect(primaryId).toBe(primary.id);
          told.push("replicate");
          [looked, states] = [0, after];
          return Promise.resolve();
        },
      },
    }),
  });
  const steps = [{ kind: "replicate" as const, replica, primary, syncAtOnce }];
  let ended = 0;
  const conditionsOf = conditionsOfSteps(steps);
  const stage = { steps, conditionsOf, basis: { nodes: [] }, members: [], onEnd: () => void ended++ };
  const error: unknown = await replicate(context, stage).catch((thrown: unknown) => thrown);
  return { told, error, ended };
}

test("a replica is told once it knows its primary, and its link is waited for", async () => {
  const outcome = await replicating({ before: [unknown, unknown, apart], after: [linking, linking, linked] });
  expect(outcome).toEqual({ told: ["replicate"], error: undefined, ended: 1 });
});

test("a replica that follows already is not told again, for its sync would begin anew", async () => {
  const outcome = await replicating({ before: [linking, linking, linked] });
  expect(outcome).toEqual({ told: [], error: undefined, ended: 1 });
});

test("where nobody uses the primary yet it does not wait for more replicas, until the link is up", async () => {
  const delay = "repl-diskless-sync-delay";
  const { told } = await replicating({ before: [apart], syncAtOnce: true });
  expect(told).toEqual([`${delay} 0`, "replicate", `${delay} 5`]);
  const late = await replicating({ before: [apart], after: [linking], syncAtOnce: true });
  expect(late.told).toEqual([`${delay} 0`, "replicate", `${delay} 5`]);
});

describe("when time is up it is told who is late, and with what", () => {
  test.each([
    {
      name: "its primary is unknown",
      before: [unknown],
      code: "no-agreement",
      says: /do not know their primary/,
    },
    {
      name: "its link is down",
      before: [linking],
      code: "replica-link-down",
      says: /are not linked to their primary/,
    },
  ])("$name", async ({ before, code, says }) => {
    const { error, ended } = await replicating({ before });
    expect(error).toMatchObject({
      name: "DeadlinePassed",
      code,
      node: "10.0.0.2:6379",
      message: expect.stringMatching(says),
    });
    expect((error as Error).message).toContain("10.0.0.2:6379 of 10.0.0.1:6379");
    expect(ended).toBe(0);
  });
});

test("one that has got slots or another primary since then is not told, and nothing is sent", async () => {
  const other: NodeSpec = { name: "b", slots: "8192-16383" };
  const half: NodeSpec = { name: "a", slots: "0-8191" };
  const follower = await replicating({ before: [[half, { name: "r", replicaOf: "b" }, other]] });
  expect(follower).toMatchObject({ told: [], ended: 0, error: { name: "Stale", code: "node-changed" } });
  const owner = await replicating({ before: [[half, { name: "r", slots: "8192-16383" }]] });
  expect(owner.told).toEqual([]);
  expect(owner.error).toMatchObject({
    message: expect.stringContaining("is a primary with slots 8192-16383"),
  });
});

test("nobody follows a node that is a replica by now", async () => {
  const before: readonly NodeSpec[] = [
    { name: "a", replicaOf: "b" },
    { name: "r" },
    { name: "b", slots: "0-16383" },
  ];
  const { told, error } = await replicating({ before: [before] });
  expect(told).toEqual([]);
  expect(error).toMatchObject({ name: "Stale", node: "10.0.0.1:6379" });
});
