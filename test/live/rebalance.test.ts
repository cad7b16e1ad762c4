import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
const KEYS = 2000;

/** The tests stand in an order: each begins with the slots that the one before has left. */
describe.each(servers)("rebalance on $engine $version", (server) => {
  let cluster: MoveCluster;
  const rebalance = (...args: string[]) => cluster.slotctl(["rebalance", cluster.seed, ...args, "--yes"]);

  beforeAll(async () => {
    // An emptied primary must stay one here, for it gets slots again.
    const start = { config: { "cluster-allow-replica-migration": "no" } };
    cluster = await MoveCluster.form({ server, primaries: 3, empties: 1, start });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("an even cluster is left alone, and an empty primary gets nothing unasked", async () => {
    const result = await rebalance();
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stdout).toContain("Nothing to do");
  });

  test("an empty primary gets its share when asked, and a second run has nothing to do", async () => {
    expect((await rebalance("--use-empty", "--json")).json()).toMatchObject({
      ok: true,
      data: { moved: { slots: 4096 } },
    });
    expect(await cluster.slotCounts()).toEqual([4096, 4096, 4096, 4096]);
    expect((await rebalance("--use-empty")).stdout).toContain("Nothing to do");
  });

  test("weights shift shares, and a weight of 0 empties a shard", async () => {
    const weights = ["--weight", `${cluster.address(0)}=3`, "--weight", `${cluster.address(3)}=0`];
    mustSucceed(await rebalance(...weights));
    const counts = await cluster.slotCounts();
    expect(counts[3]).toBe(0);
    expect(counts.slice(0, 3).toSorted((a, b) => a - b)).toEqual([3277, 3277, 9830]);
    const again = await rebalance(...weights);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toContain("Nothing to do");
  });

  test("nothing moves within the threshold", async () => {
    mustSucceed(await rebalance());
    const uneven = ["--to", cluster.address(0), "--from", cluster.address(1), "--slots", "54", "--yes"];
    mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...uneven]));
    expect((await rebalance("--threshold", "2")).stdout).toContain("Nothing to do");
    expect((await rebalance("--threshold", "0.5", "--json")).json()).toMatchObject({
      data: { moved: { slots: expect.toSatisfy((slots: number) => slots >= 53 && slots <= 55) } },
    });
  });

  test.each([
    { what: "a weight without a node", args: ["--weight", "2"], code: "bad-weight" },
    { what: "a weight below 0", args: ["--weight", "0=-1"], code: "bad-weight" },
    { what: "a weight of an unknown node", args: ["--weight", "ffff=1"], code: "unknown-node" },
    { what: "a node weighed twice", args: ["--weight", "0=1", "--weight", "0=2"], code: "bad-weight" },
    { what: "a weight for an empty node", args: ["--weight", "3=1"], code: "bad-weight" },
    {
      what: "no weight at all",
      args: ["--weight", "0=0", "--weight", "1=0", "--weight", "2=0"],
      code: "bad-weight",
    },
    { what: "a threshold that is no number", args: ["--threshold", "much"], code: "bad-threshold" },
  ])("$what is a usage error", async ({ args, code }) => {
    const named = args.map((arg) =>
      arg.replace(/^(\d)=/, (_, index) => `${cluster.address(Number(index))}=`),
    );
    const result = await rebalance(...named, "--json");
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.json()).toMatchObject({ ok: false, error: { code } });
  });

  test("afterwards no key is gone, and the cluster is sound", async () => {
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });
});
