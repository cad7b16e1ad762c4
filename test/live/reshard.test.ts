import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
const EMPTY = 4;
const KEYS = 2000;

describe.each(servers)("reshard on $engine $version", (server) => {
  let cluster: MoveCluster;
  const reshard = (...args: string[]) => cluster.slotctl(["reshard", cluster.seed, ...args]);
  const toEmpty = (...args: string[]) => reshard("--to", cluster.address(EMPTY), ...args);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 4, empties: 1 });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("a dry run tells the plan and moves nothing", async () => {
    const before = await cluster.slotCounts();
    const told = await toEmpty("--from", "all", "--slots", "10", "--dry-run");
    expect(told).toMatchObject({ exitCode: 0, stderr: "" });
    expect(told.stdout).toContain("10 slots move between 4 pairs");
    const document = (await toEmpty("--from", "all", "--slots", "10", "--dry-run", "--json")).json();
    expect(document).toMatchObject({ ok: true, command: "reshard", data: { applied: 0 } });
    expect(await cluster.slotCounts()).toEqual(before);
  });

  test("exactly as many slots as asked for leave four equal sources", async () => {
    const result = await toEmpty("--from", "all", "--slots", "10", "--yes", "--json");
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toMatchObject({
      ok: true,
      data: { applied: 4, moved: { slots: 10, mover: bestMover(server) } },
    });
    const counts = await cluster.slotCounts();
    expect(counts[EMPTY]).toBe(10);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(16_384);
    const given = counts.slice(0, 4).map((count) => 4096 - count);
    expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(1);
  });

  test("named slots move, whoever has them, and a second run has nothing to do", async () => {
    const named = "3000-3005,7000-7005,16383";
    const args = ["--from", "all", "--slot-ranges", named, "--yes"];
    const first = await toEmpty(...args);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toMatch(/Moved 13 slots with \d+ keys? in /);
    expect(parseSlots(named).minus(await cluster.slotsOf(EMPTY)).size).toBe(0);

    const second = await toEmpty(...args);
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.stdout).toContain("Nothing to do");
    const { data } = (await toEmpty(...args, "--json")).json();
    expect(data).toMatchObject({ applied: 0, plan: { steps: [] } });
  });

  test("several sources are named by id, prefix and address", async () => {
    const [byPrefix, byId] = await Promise.all([cluster.lineOf(0), cluster.lineOf(1)]);
    const before = await cluster.slotCounts();
    const sources = ["--from", byPrefix.id.slice(0, 12), "--from", byId.id, "--from", cluster.address(2)];
    expect(await toEmpty(...sources, "--slots", "30", "--yes")).toMatchObject({ exitCode: 0 });
    const after = await cluster.slotCounts();
    const given = before.map((count, index) => count - (after[index] ?? 0));
    expect(given.slice(3)).toEqual([0, -30]);
    expect(given.slice(0, 3)).toEqual([10, 10, 10]);
  });

  test.each([
    { what: "an unknown node", args: ["--from", "ffff", "--slots", "1"], exitCode: 2, code: "unknown-node" },
    { what: "too many slots", args: ["--from", "1", "--slots", "9999"], exitCode: 7, code: "too-few-slots" },
    {
      what: "slots elsewhere",
      args: ["--from", "1", "--slot-ranges", "99"],
      exitCode: 7,
      code: "slots-elsewhere",
    },
    { what: "no slots", args: ["--from", "all", "--slots", "0"], exitCode: 2, code: "bad-slots" },
    { what: "half a slot", args: ["--from", "all", "--slots", "1.5"], exitCode: 2, code: "bad-slots" },
    { what: "a slot past the end", args: ["--from", "all", "--slot-ranges", "16384"], exitCode: 2 },
    { what: "a range backwards", args: ["--from", "all", "--slot-ranges", "9-3"], exitCode: 2 },
    { what: "both wishes", args: ["--from", "all", "--slots", "1", "--slot-ranges", "1"], exitCode: 2 },
    { what: "neither wish", args: ["--from", "all"], exitCode: 2, code: "usage" },
    {
      what: "the target as source",
      args: ["--from", "4", "--slots", "1"],
      exitCode: 2,
      code: "target-is-source",
    },
  ])("$what is refused with exit code $exitCode", async ({ args, exitCode, code }) => {
    const before = await cluster.slotCounts();
    const named = args.map((arg, index) =>
      args[index - 1] === "--from" && /^\d$/.test(arg) ? cluster.address(Number(arg)) : arg,
    );
    const result = await toEmpty(...named, "--yes", "--json");
    expect(result).toMatchObject({ exitCode });
    expect(result.json()).toMatchObject({ ok: false, error: code === undefined ? {} : { code } });
    expect(await cluster.slotCounts()).toEqual(before);
  });

  test("afterwards no key is gone, and the cluster is sound", async () => {
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });
});

/** Of a pair of nodes of this server. */
function bestMover({ engine, version }: TestServer): string {
  return isAtLeast(version, engine === "redis" ? "8.4.0" : "9.0.0") ? `${engine}-atomic` : "classic";
}
