import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { Refused, UsageError } from "../errors.ts";
import { LAG_BYTES_MAX } from "../cluster/lag-bytes-of.ts";
import { planFailover } from "./plan-failover.ts";
import type { FailoverMode } from "./step.ts";

const allModes: FailoverMode[] = ["graceful", "force", "takeover"];

const healthy: NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "r", replicaOf: "a" },
];

/** The healthy cluster with some nodes changed. */
function clusterWith(changes: Record<string, Partial<NodeSpec>> = {}) {
  return aCluster(healthy.map((spec) => ({ ...spec, ...changes[spec.name] })));
}

function plan(mode: FailoverMode, changes?: Record<string, Partial<NodeSpec>>, name = "r") {
  return planFailover({ topology: clusterWith(changes), wish: { replicaId: idOf(name), mode } });
}

function replication(what: { offset?: number; linkUp?: boolean; syncing?: boolean }): Partial<NodeSpec> {
  return { view: { replication: { role: "replica", offset: 1000, linkUp: true, syncing: false, ...what } } };
}

test.each(allModes)("%s: one step for a healthy shard", (mode) => {
  expect(plan(mode).steps).toEqual([
    {
      kind: "failover",
      replica: { id: idOf("r"), address: { host: "10.0.0.4", port: 6379 } },
      primaryId: idOf("a"),
      mode,
    },
  ]);
});

test("only a graceful failover loses nothing for sure", () => {
  const behind = { r: replication({ offset: 400 }) };
  expect(plan("graceful", behind).notes).toEqual([]);
  for (const mode of ["force", "takeover"] as const) {
    const note = { kind: "writes-at-risk", node: idOf("r"), mode };
    expect(plan(mode, behind).notes).toEqual([{ ...note, lagBytes: 600 }]);
    expect(plan(mode, { a: { unreached: down } }).notes).toEqual([{ ...note, lagBytes: undefined }]);
  }
});

test.each(allModes)("%s: nothing to do for a primary", (mode) => {
  expect(plan(mode, {}, "a")).toMatchObject({ command: "failover", steps: [], notes: [] });
});

test.each(allModes)("%s: a replica that lags as little as is fine is promoted", (mode) => {
  const atLimit = { a: { view: { replication: primaryAt(1000 + LAG_BYTES_MAX) } } };
  expect(plan(mode, atLimit).steps).toHaveLength(1);
});

function primaryAt(offset: number) {
  return { role: "primary", offset, linkUp: true, syncing: false } as const;
}

test.each<{
  name: string;
  changes: Record<string, Partial<NodeSpec>>;
  modes: FailoverMode[];
  code: string;
  hint: RegExp;
}>([
  {
    name: "a replica that does not answer",
    changes: { r: { unreached: down } },
    modes: allModes,
    code: "node-unreachable",
    hint: /another replica/,
  },
  {
    name: "a replica that is loading",
    changes: { r: { unreached: { state: "loading", detail: "LOADING" } } },
    modes: allModes,
    code: "node-loading",
    hint: /Wait/,
  },
  {
    name: "a replica in the middle of a sync",
    changes: { r: replication({ linkUp: false, syncing: true }) },
    modes: allModes,
    code: "replica-syncing",
    hint: /Wait/,
  },
  {
    name: "a replica whose link is down",
    changes: { r: replication({ linkUp: false }) },
    modes: ["graceful"],
    code: "replica-link-down",
    hint: /--force/,
  },
  {
    name: "a replica that lags",
    changes: { a: { view: { replication: primaryAt(1001 + LAG_BYTES_MAX) } } },
    modes: ["graceful"],
    code: "replica-lagging",
    hint: /--force/,
  },
  {
    name: "a primary that does not answer",
    changes: { a: { unreached: down } },
    modes: ["graceful"],
    code: "node-unreachable",
    hint: /--force.*--takeover/,
  },
  {
    name: "a primary that the others call failed",
    changes: { a: { flags: ["fail"] } },
    modes: ["graceful"],
    code: "node-flagged-failing",
    hint: /--force/,
  },
  {
    name: "no majority of primaries",
    changes: { b: { unreached: down }, c: { unreached: down } },
    modes: ["graceful", "force"],
    code: "no-majority",
    hint: /--takeover/,
  },
  {
    name: "a primary that nobody knows",
    changes: { r: { replicaOf: "gone" } },
    modes: allModes,
    code: "primary-unknown",
    hint: /slotctl check/,
  },
])("$name stops $modes", ({ changes, modes, code, hint }) => {
  for (const mode of modes) {
    expect(() => plan(mode, changes)).toThrow(
      expect.objectContaining({ name: Refused.name, code, hint: expect.stringMatching(hint) }),
    );
  }
  for (const mode of allModes.filter((mode) => !modes.includes(mode))) {
    expect(plan(mode, changes).steps).toHaveLength(1);
  }
});

test("half of the primaries is no majority", () => {
  const two: NodeSpec[] = [
    { name: "a", slots: "0-8191", unreached: down },
    { name: "b", slots: "8192-16383" },
    { name: "e" },
    { name: "r", replicaOf: "a" },
  ];
  const wish = { replicaId: idOf("r"), mode: "force" } as const;
  expect(() => planFailover({ topology: aCluster(two), wish })).toThrow(/1 of 2 primaries/);
});

test("a node that is not there is a usage error", () => {
  expect(() => plan("graceful", {}, "nobody")).toThrow(UsageError);
});
