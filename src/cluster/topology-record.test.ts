import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { linesInOrder } from "../../test/support/lines-in-order.ts";
import { parseSlots } from "./parse-slots.ts";
import { recordTopology, topologyOfRecord } from "./topology-record.ts";

/** A healthy shard, one with open slots and a migration, a silent node, and a name without a node. */
const troubled = aCluster([
  {
    name: "a",
    slots: "0-5,7",
    keys: 3,
    open: [{ slot: 5, peer: "b", direction: "migrating" }],
    view: {
      keysInOpenSlots: new Map([[5, 2]]),
      strayKeys: new Map([[9, 1]]),
      uncountedSlots: [9],
      settings: new Map([
        ["maxmemory", "0"],
        ["requirepass", "digest-of-a-secret"],
        ["masterauth", "digest-of-a-secret"],
      ]),
      migrations: [
        {
          id: "m",
          role: "source",
          sourceId: "a",
          targetId: "b",
          slots: parseSlots("7"),
          state: "snapshotting",
          outcome: "running",
          reason: "",
          createdMs: 5,
        },
      ],
      atomicFacts: { modules: [], givesPassword: undefined, asksPassword: false },
    },
  },
  { name: "r", replicaOf: "a" },
  { name: "b", slots: "8-16383", view: { hasConfigFile: false } },
  { name: "s", replicaOf: "b", flags: ["fail"], unreached: { state: "silent", detail: "no reply in 5 s" } },
  { name: "ghost", flags: ["noaddr"], unreached: { state: "no-address", detail: "" } },
]);

test("a topology comes back as it was, through JSON, but for secrets", () => {
  const record = recordTopology(troubled);
  const back = topologyOfRecord(JSON.parse(JSON.stringify(record)) as typeof record);
  const settings = new Map([["maxmemory", "0"]]);
  const expected = linesInOrder(troubled).map((node) =>
    node.view?.settings ? { ...node, view: { ...node.view, settings } } : node,
  );
  expect(linesInOrder(back)).toEqual(expected);
});

test("no secret is in it, nor a digest of one", () => {
  expect(JSON.stringify(recordTopology(troubled))).not.toContain("digest-of-a-secret");
});

test("what all nodes say alike is there once", () => {
  const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
  const large = aCluster(
    names.map((name, index) => ({ name, slots: `${index * 300}-${index * 300 + 299}` })),
  );
  const { lines, looks } = recordTopology(large);
  expect([lines.length, looks.length]).toEqual([50, 50]);
  expect(linesInOrder(topologyOfRecord({ lines, looks }))).toEqual(linesInOrder(large));
});

test("a view that names a line which is not there is refused", () => {
  const { lines, looks } = recordTopology(troubled);
  expect(() => topologyOfRecord({ lines: lines.slice(1), looks })).toThrow(RangeError);
});
