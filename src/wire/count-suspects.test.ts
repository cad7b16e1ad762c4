import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { NodeFailed } from "../errors.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { countSuspects, revealStrays } from "./count-suspects.ts";
import type { NodeClient, NodeClients } from "./node-client.ts";

/** A Redis 8.6 that hides these keys: a mark that a slot is leaving does not outlive the count of that slot. */
function holderOf(
  hidden: ReadonlyMap<number, number>,
  leaving: readonly number[],
  meanwhile: (hidden: Map<number, number>) => void = () => undefined,
) {
  const keys = new Map(hidden);

  const marks = new Set(leaving);
  const client: Partial<NodeClient> = {
    countKeys: (slots) => Promise.resolve(slots.map(() => 0)),
    countHiddenKeys: (slots) => {
      for (const slot of slots) marks.delete(slot);
      const counts = slots.map((slot) => keys.get(slot) ?? 0);
      if (slots.length > suspects.size) meanwhile(keys);
      return Promise.resolve(counts);
    },
    countUnseenKeys: () => {
      const all = [...keys.values()].reduce((sum, count) => sum + count, 0);
      meanwhile(keys);
      return Promise.resolve(all);
    },
  };
  const clients: Partial<NodeClients> = {
    at: ({ host }) => {
      if (host !== "10.0.0.1") throw new NodeFailed(`${host} is not asked`, { code: "none", node: host });
      return client as NodeClient;
    },
  };
  const [look] = reachedNodes(
    aCluster([
      {
        name: "a",
        slots: "0-99",
        keys: 50,
        open: leaving.map((slot) => ({ slot, peer: "b", direction: "migrating" as const })),
        view: { engine: "redis", version: "8.6.3" },
      },
      { name: "b", slots: "100-16383" },
    ]),
  ).flatMap(({ id, view }) => (view && id === idOf("a") ? [{ address: view.address, view }] : []));
  if (!look) throw new Error("no view of a");
  return { clients: clients as NodeClients, looks: [look], marks };
}

const suspects = parseSlots("200-203");

test.each([
  { what: "no hidden key at all", hidden: [], leaving: [200, 201], counts: { 200: 0, 201: 0, 202: 0 } },
  {
    what: "keys of other slots only",
    hidden: [
      [202, 3],
      [900, 4],
    ],
    leaving: [200, 201],
    counts: { 200: 0, 201: 0, 202: 3 },
  },
  {
    what: "one slot that it can be",
    hidden: [
      [200, 2],
      [202, 3],
    ],
    leaving: [200],
    counts: { 200: 2, 201: 0, 202: 3 },
  },
] as const)(
  "keys behind a mark are counted and the mark stays: $what",
  async ({ hidden, leaving, counts }) => {
    const { clients, looks, marks } = holderOf(new Map(hidden), leaving);
    const [counted] = await countSuspects(clients, { looks, suspects });
    const view = counted && "view" in counted ? counted.view : undefined;
    expect(Object.fromEntries(view?.keysInOpenSlots ?? [])).toMatchObject(counts);
    expect(view?.uncountedSlots).toBeUndefined();
    expect(marks).toEqual(new Set(leaving));
  },
);

test("keys that may be of any of several slots are said to be uncounted, and the marks stay", async () => {
  const { clients, looks, marks } = holderOf(new Map([[201, 2]]), [200, 201]);
  const [counted] = await countSuspects(clients, { looks, suspects });
  const view = counted && "view" in counted ? counted.view : undefined;
  expect(view?.uncountedSlots).toEqual([200, 201]);
  expect([200, 201, 202].map((slot) => view?.keysInOpenSlots.get(slot))).toEqual([undefined, undefined, 0]);
  expect(marks).toEqual(new Set([200, 201]));
});

test("keys behind a mark are seen though others come and go while they are counted", async () => {
  for (const change of [1, 2, -2]) {
    const { clients, looks } = holderOf(
      new Map([
        [200, 2],
        [900, 10],
      ]),
      [200],
      (keys) => keys.set(900, (keys.get(900) ?? 0) + change),
    );
    const [counted] = await countSuspects(clients, { looks, suspects });
    const view = counted && "view" in counted ? counted.view : undefined;
    const isKnownEmpty = view?.uncountedSlots === undefined && !view?.keysInOpenSlots.get(200);
    expect([change, isKnownEmpty]).toEqual([change, false]);
  }
});

test("a deep look leaves the marks as they are too", async () => {
  const { clients, looks, marks } = holderOf(new Map([[202, 2]]), [200, 201]);
  const [revealed] = await revealStrays(clients, looks);
  const view = revealed && "view" in revealed ? revealed.view : undefined;
  expect(view?.strayKeys).toEqual(new Map([[202, 2]]));
  expect(marks).toEqual(new Set([200, 201]));
});
