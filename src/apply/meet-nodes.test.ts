import { expect, test } from "vitest";
import { aCluster, anEmptyNode, idOf } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { Topology } from "../cluster/topology.ts";
import { meetNodes } from "./meet-nodes.ts";

const a = { id: idOf("a"), address: { host: "10.0.0.1", port: 6379 } };
const newcomer = { id: idOf("new"), address: { host: "10.0.0.2", port: 6379 } };
/** As the others reach it, which is not as we do. */
const peer = { ...a, announced: { host: "172.16.0.1", port: 6379 }, busPort: 16_379 };
const basis = aCluster([{ name: "a", slots: "0-16383" }]);
const joined = aCluster([{ name: "a", slots: "0-16383" }, { name: "new" }]);

/** The newcomer knows these nodes, and nobody knows it. */
function apart(lines: readonly NodeLine[] = []): Topology {
  const view = { ...anEmptyNode("new", "10.0.0.2:6379"), lines };
  return { nodes: [...basis.nodes, ...joinViews([{ address: view.address, view }]).nodes] };
}

/** When the newcomer was told to meet whom, with what all say from look to look; the last stays. */
async function met(looks: readonly Topology[], waitMs = 10_000) {
  const told: { atMs: number; peers: readonly unknown[] }[] = [];
  let looked = 0;
  const { context, clock } = aFakeApplyContext({
    waitMs,
    lookAt: () => Promise.resolve(looks[Math.min(looked++, looks.length - 1)] ?? basis),
    clients: fakeClients({
      "10.0.0.2:6379": {
        meet: (peers) => Promise.resolve(void told.push({ atMs: clock.nowMs() - startMs, peers })),
      },
    }),
  });
  const startMs = clock.nowMs();
  let ended = 0;
  const steps = [{ kind: "meet" as const, node: newcomer, peers: [peer] }];
  const error: unknown = await meetNodes(
    { ...context, clock },
    { steps, basis, members: [], onEnd: () => void ended++ },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { told, error, ended };
}

test("a newcomer is told once of a peer by what that one announces, and known is waited for", async () => {
  const { told, error, ended } = await met([apart(), apart(), apart(), joined]);
  expect(told).toEqual([{ atMs: 0, peers: [peer] }]);
  expect({ error, ended }).toEqual({ error: undefined, ended: 1 });
});

test("who knows all is told nothing", async () => {
  expect(await met([joined])).toEqual({ told: [], error: undefined, ended: 1 });
});

test("is told again after a while, for a handshake may be given up", async () => {
  const { told, error, ended } = await met([apart()], 4000);
  expect(told.length).toBe(3);
  for (const [index, { atMs }] of told.entries()) expect(atMs).toBeCloseTo(index * 1500, -2);
  expect(error).toMatchObject({ name: "DeadlinePassed", code: "no-agreement" });
  expect(ended).toBe(0);
});

test("a handshake under way is not begun anew", async () => {
  const [line] = aCluster([{ name: "made-up" }]).nodes.flatMap(({ view }) => view?.self ?? []);
  if (!line) throw new Error("a node has a line of its own");
  const shaking = apart([{ ...line, address: peer.announced, flags: ["handshake"] }]);
  const { told } = await met([apart(), shaking], 4000);
  expect(told).toEqual([]);
});

test("nobody is told anything where a newcomer knows a node that is not of the plan", async () => {
  const [line] = aCluster([{ name: "else" }]).nodes.flatMap(({ view }) => view?.self ?? []);
  if (!line) throw new Error("a node has a line of its own");
  const { told, error } = await met([apart([line])]);
  expect(told).toEqual([]);
  expect(error).toMatchObject({ name: "Stale", code: "node-changed", node: "10.0.0.2:6379" });
});
