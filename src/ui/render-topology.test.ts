import { expect, test } from "vitest";
import { aCluster, type NodeSpec } from "../../test/support/a-cluster.ts";
import type { Unreached } from "../cluster/node-view.ts";
import { renderTopology } from "./render-topology.ts";
import { makeTheme } from "./theme.ts";

const theme = makeTheme({ colour: false });
const render = (specs: readonly NodeSpec[], columns = 120) =>
  renderTopology(aCluster(specs), { theme, columns });
const replication = { role: "replica", offset: 1000, linkUp: true, syncing: false } as const;

test("shows shards with their replicas behind them, and what they make together", () => {
  expect(
    render([
      { name: "alpha", slots: "0-8191", keys: 1200 },
      { name: "beta", slots: "8192-16382" },
      {
        name: "ralpha",
        replicaOf: "alpha",
        keys: 1200,
        view: { replication: { ...replication, offset: 500 } },
      },
      { name: "rbeta", replicaOf: "beta", view: { replication: { ...replication, linkUp: false } } },
    ]),
  ).toEqual([
    "NODE             ID        ROLE     SLOTS  RANGES       KEYS  MEMORY  STATE",
    "10.0.0.1:6379    616c7068  primary  8,192  0-8191      1,200  977 KB  ok",
    "└ 10.0.0.3:6379  72616c70  replica                     1,200  977 KB  lag 500 B",
    "10.0.0.2:6379    62657461  primary  8,191  8192-16382      0  977 KB  ok",
    "└ 10.0.0.4:6379  72626574  replica                         0  977 KB  link down",
    "",
    "2 shards, 4 nodes, 16,383 of 16,384 slots covered, 1,200 keys, 3.8 MB, redis 7.0.15",
  ]);
});

test.each<[Unreached["state"], string]>([
  ["unreachable", "unreachable"],
  ["silent", "silent"],
  ["loading", "loading"],
  ["denied", "access denied"],
  ["not-a-cluster-node", "no cluster node"],
  ["no-address", "no address"],
])("a node that is %s is shown and said to be so", (state, text) => {
  const lines = render([{ name: "a" }, { name: "b", unreached: { state, detail: "" } }]);
  expect(lines.find((line) => line.startsWith("10.0.0.2:6379"))).toMatch(new RegExp(`${text}$`));
});

test.each([
  { text: "silent, failed", spec: { flags: ["fail"], unreached: { state: "silent", detail: "" } as const } },
  { text: "failed to others", spec: { flags: ["fail"] } },
  { text: "suspected", spec: { flags: ["fail?"] } },
  { text: "state fail", spec: { view: { clusterState: "fail" } as const } },
  { text: "syncing", spec: { replicaOf: "a", view: { replication: { ...replication, syncing: true } } } },
])("says $text", ({ text, spec }) => {
  const lines = render([
    { name: "a", at: "10.0.0.8:6379" },
    { name: "b", at: "10.0.0.9:6379", ...spec },
  ]);
  expect(lines.find((line) => line.includes("10.0.0.9:6379"))).toMatch(new RegExp(` {2}${text}$`));
});

test("a node that nobody has an address of stands last, by its id", () => {
  const [, , last] = render([
    { name: "a", slots: "0-16383" },
    { name: "ghost", at: "10.0.0.2:6379", flags: ["noaddr"], unreached: { state: "no-address", detail: "" } },
  ]);
  expect(last).toContain("67686f73");
  expect(last).not.toMatch(/primary|replica/);
});

test.each([
  { title: "VERSION", view: { version: "8.6.0" }, cell: "  8.6.0    ok" },
  { title: "SERVER", view: { engine: "valkey", version: "9.1.0" } as const, cell: "  valkey 9.1.0  ok" },
])("servers that differ get the column $title", ({ title, view, cell }) => {
  const lines = render([{ name: "a" }, { name: "b", view }]);
  expect(lines[0]).toContain(`  ${title}`);
  expect(lines[2]).toContain(cell);
});

test.each([80, 120])("sixty nodes fit into %d columns, every address and id whole", (columns) => {
  const specs = Array.from({ length: 30 }, (_, at): NodeSpec[] => {
    const first = Math.floor((16_384 * at) / 30);
    const last = Math.floor((16_384 * (at + 1)) / 30) - 1;
    const slots = `${first}-${first + 40},${first + 60}-${first + 80},${first + 100}-${last}`;
    return [
      { name: `p${at}`, at: `10.20.30.${100 + at}:16379`, slots, keys: 3_300_000 + at },
      { name: `r${at}`, at: `10.20.31.${100 + at}:16379`, replicaOf: `p${at}`, keys: 3_300_000 + at },
    ];
  }).flat();
  const lines = render(specs, columns);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  for (const { at } of specs)
    expect(lines.filter((line) => line.includes(` ${at} `) || line.startsWith(`${at} `))).toHaveLength(1);
});
