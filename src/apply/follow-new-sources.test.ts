import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Mover } from "../plan/mover.ts";
import { followNewSources } from "./follow-new-sources.ts";

/**
 * What the target is told, that imports from `old`, a replica of `from` now: slot 1, slot 100, which is its own
 * already, and slot 250, which `other` owns; and slot 2 from `other`.
 */
async function toldWith(mover: Mover, from: Partial<NodeSpec> = {}): Promise<string[]> {
  const at = { from: "10.0.0.1:6379", to: "10.0.0.2:6379" };
  const topology = aCluster([
    { name: "from", at: at.from, slots: "0-100", ...from },
    { name: "old", replicaOf: "from" },
    { name: "other", slots: "200-16383" },
    {
      name: "to",
      at: at.to,
      slots: "100-199",
      open: [
        { slot: 1, direction: "importing", peer: "old" },
        { slot: 2, direction: "importing", peer: "other" },
        { slot: 100, direction: "importing", peer: "old" },
        { slot: 250, direction: "importing", peer: "old" },
      ],
    },
  ]);
  const told: string[] = [];
  const { context } = aFakeApplyContext({
    clients: fakeClients({
      [at.to]: {
        setSlotOwner: (slots, id) =>
          Promise.resolve(void told.push(`owner of ${[...slots].join()} is ${id}`)),
        markImporting: (slots, id) =>
          Promise.resolve(void told.push(`import ${[...slots].join()} from ${id}`)),
      },
    }),
  });
  const [source, target] = [
    { id: idOf("from"), address: { host: "10.0.0.1", port: 6379 } },
    { id: idOf("to"), address: { host: "10.0.0.2", port: 6379 } },
  ];
  const step = { kind: "move-slots", from: source, to: target, slots: SlotSet.of([7]), mover } as const;
  await followNewSources(context, { steps: [step], topology });
  return told;
}

test("a target hears who owns what it imports from a node that has failed over, and imports it from there", async () => {
  expect(await toldWith("classic")).toEqual([
    `owner of 1 is ${idOf("from")}`,
    `import 1 from ${idOf("from")}`,
  ]);
});

test.each([
  { what: "has none of the slots", from: { slots: "" } },
  { what: "is a replica itself", from: { replicaOf: "other" } },
  { what: "does not answer", from: { unreached: { state: "silent", detail: "no answer" } } },
] as const)("nothing is told of a new source that $what", async ({ from }) => {
  expect(await toldWith("classic", from)).toEqual([]);
});

test("what moves atomically has no open slots to follow", async () => {
  expect(await toldWith("redis-atomic")).toEqual([]);
});
