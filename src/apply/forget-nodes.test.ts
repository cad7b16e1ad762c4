import { describe, expect, test } from "vitest";
import { aCluster, anEmptyNode, down, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import type { Look } from "../cluster/node-view.ts";
import type { NodeRef } from "../plan/step.ts";
import { forgetNodes, renewIds, resetNodes } from "./forget-nodes.ts";

const address = { host: "10.0.0.9", port: 6379 };
const node = { id: idOf("gone"), address };

test("a node that was reset gets a new id", async () => {
  const outcome = await renewed({ address, view: anEmptyNode("gone", "10.0.0.9:6379") });
  expect(outcome).toEqual({ resets: [{ newId: true }], ended: 1 });
});

test("a node that has its new id is left alone", async () => {
  const outcome = await renewed({ address, view: anEmptyNode("new", "10.0.0.9:6379") });
  expect(outcome).toEqual({ resets: [], ended: 1 });
});

test("another cluster's node at the address is not touched", async () => {
  const [member] = looksAt([{ name: "x", at: "10.0.0.9:6379", slots: "0-16383" }, { name: "y" }]);
  await expect(renewed({ ...(member as Look), address })).rejects.toMatchObject({ code: "node-replaced" });
});

test("a node that does not answer any more is named", async () => {
  const silent: Look = { address, unreached: { state: "silent", detail: "no reply" } };
  await expect(renewed(silent)).rejects.toMatchObject({ code: "node-gone", node: "10.0.0.9:6379" });
});

/** Renews the id of a node that looks like this; a reset that it does not expect fails. */
async function renewed(look: Look): Promise<{ resets: unknown[]; ended: number }> {
  const resets: unknown[] = [];
  const canReset = "view" in look && look.view.lines.length === 0;
  const reset = (how?: { newId: boolean }) => Promise.resolve(void resets.push(how));
  const client = { look: () => Promise.resolve(look), ...(canReset ? { reset } : {}) };
  const { context } = aFakeApplyContext({ clients: fakeClients({ "10.0.0.9:6379": client }) });
  let ended = 0;
  const onEnd = () => void ended++;
  await renewIds(context, { steps: [{ kind: "renew-id", node }], basis: { nodes: [] }, members: [], onEnd });
  return { resets, ended };
}

describe("a node that has changed since the plan", () => {
  /** The node that is to go is at 10.0.0.9; a and b stay, and a has not heard of the last moves. */
  const members: readonly NodeRef[] = ["a", "b"].map((name, index) => ({
    id: idOf(name),
    address: { host: `10.0.0.${index + 1}`, port: 6379 },
  }));
  const whereGone = (gone: Partial<NodeSpec>, b: Partial<NodeSpec> = {}): readonly NodeSpec[] => [
    { name: "a", slots: "0-8191" },
    { name: "b", slots: "8192-16383", ...b },
    { name: "gone", at: "10.0.0.9:6379", epoch: 9, ...gone },
  ];
  /** Carries the step out where nobody may be told anything: whatever is told fails the test. */
  const refused = async (
    step: "reset" | "forget",
    specs: readonly NodeSpec[],
    seenByGone: readonly NodeSpec[] = specs,
  ): Promise<unknown> => {
    const topology = aCluster(specs);
    const look = looksAt(seenByGone).find(({ expectedId }) => expectedId === idOf("gone"));
    const { context } = aFakeApplyContext({
      clients: fakeClients({ "10.0.0.9:6379": { look: () => Promise.resolve(look as Look) } }),
      lookAt: (addresses) => {
        const hosts = new Set(addresses.map(({ host }) => host));
        return Promise.resolve({
          nodes: topology.nodes.map((one) =>
            hosts.has(one.address?.host ?? "") ? one : { ...one, view: undefined },
          ),
        });
      },
    });
    const stage = {
      basis: topology,
      members: members.map((member) => member.address),
      onEnd: () => undefined,
    };
    return await (
      step === "reset"
        ? resetNodes(context, { ...stage, steps: [{ kind: "reset", node }] })
        : forgetNodes(context, { ...stage, steps: [{ kind: "forget", node, by: members }] })
    ).catch((error: unknown) => error);
  };

  test.each([
    {
      name: "owns slots",
      step: "reset",
      specs: whereGone({ slots: "0-9" }),
      at: "10.0.0.9:6379",
      says: /owns slots 0-9/,
    },
    {
      name: "has open slots",
      step: "reset",
      specs: whereGone({ open: [{ slot: 5, direction: "importing", peer: "a" }] }),
      at: "10.0.0.9:6379",
      says: /has open slots/,
    },
    {
      name: "has a follower",
      step: "reset",
      specs: whereGone({}, { replicaOf: "gone" }),
      at: "10.0.0.2:6379",
      says: /follows a node that is to be removed/,
    },
    {
      name: "has outlived its primary",
      step: "reset",
      specs: [
        ...whereGone({ replicaOf: "dead" }),
        {
          name: "dead",
          at: "10.0.0.7:6379",
          slots: "0-99",
          unreached: down,
        },
      ],
      at: "10.0.0.9:6379",
      says: /has all that is left of slots 0-99/,
    },
    {
      name: "owns slots",
      step: "forget",
      specs: whereGone({ slots: "0-9" }),
      at: "10.0.0.9:6379",
      says: /owns slots 0-9/,
    },
    {
      name: "has a follower",
      step: "forget",
      specs: whereGone({}, { replicaOf: "gone" }),
      at: "10.0.0.2:6379",
      says: /follows a node that is to be removed/,
    },
  ] as const)("and $name is not removed by a $step", async ({ step, specs, at, says }) => {
    expect(await refused(step, specs)).toMatchObject({
      name: "Stale",
      code: "node-changed",
      node: at,
      message: expect.stringMatching(says),
    });
  });

  test("and is in another cluster, under the id that it had, is not reset", async () => {
    const elsewhere: readonly NodeSpec[] = [
      { name: "x", at: "10.0.0.8:6379", slots: "0-16383" },
      { name: "gone", at: "10.0.0.9:6379", replicaOf: "x" },
    ];
    expect(await refused("reset", whereGone({}).slice(0, 2), elsewhere)).toMatchObject({
      name: "Stale",
      code: "node-changed",
      node: "10.0.0.9:6379",
      message: expect.stringMatching(/knows 10\.0\.0\.8:6379, which is no node of this cluster/),
    });
  });
});
