import { expect, test } from "vitest";
import { aCluster, type NodeSpec } from "../../test/support/a-cluster.ts";
import { backupDrift } from "./backup-drift.ts";
import { planBackup } from "./plan-backup.ts";

const before: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191" },
  { name: "b", slots: "8192-16383" },
  { name: "r", replicaOf: "a" },
];

function driftTo(after: readonly NodeSpec[], from = before) {
  const plan = planBackup({ topology: aCluster(from), wish: { from: "auto", allowPartial: false } });
  const { moved, open } = backupDrift(plan, aCluster(after));
  return { moved: moved.toString(), open: open.toString() };
}

test.each([
  { what: "nothing", after: before, moved: "" },
  {
    what: "slots to another shard",
    after: [
      { name: "a", slots: "0-99" },
      { name: "b", slots: "100-16383" },
    ],
    moved: "100-8191",
  },
  {
    what: "slots to a shard that is new",
    after: [...before.slice(1), { name: "a", slots: "10-8191" }, { name: "c", slots: "0-9" }],
    moved: "0-9",
  },
  {
    what: "slots to nobody",
    after: [
      { name: "a", slots: "0-8191" },
      { name: "b", slots: "8192-16000" },
    ],
    moved: "16001-16383",
  },
  {
    what: "a shard to its replica, which moves nothing",
    after: [
      { name: "r", slots: "0-8191", epoch: 9 },
      { name: "b", slots: "8192-16383" },
      { name: "a", replicaOf: "r" },
    ],
    moved: "",
  },
])("$what", ({ after, moved }) => {
  expect(driftTo(after)).toEqual({ moved, open: "" });
});

test("slots that were open before count as well as those that are open now", () => {
  const opened = (slot: number): NodeSpec[] => [
    { name: "a", slots: "0-8191", open: [{ slot, direction: "migrating", peer: "b" }] },
    ...before.slice(1),
  ];
  expect(driftTo(opened(7), opened(5))).toEqual({ moved: "", open: "5,7" });
});
