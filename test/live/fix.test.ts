import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseMigrations } from "../../src/wire/parse-migrations.ts";
import { listServers } from "../servers/list-servers.ts";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";

const KEYS = 3000;
/** At the sources, so that a migration takes some seconds. */
const SAVE_DELAY_US = { some: "10000", many: "40000" };

describe.each(await twoServers())("fix on $engine $version", (server) => {
  let cluster: MoveCluster;
  const fix = (...args: string[]) => slotctlJson(["fix", cluster.seed, ...args]);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3 });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("a healthy cluster has nothing to be fixed", async () => {
    const { data, document } = await fix("--yes");
    expect(data).toMatchObject({
      applied: 0,
      plan: { steps: [], summary: expect.stringMatching(/^Nothing to do/) },
    });
    // Three primaries without replicas on one host: that is told, and left.
    expect(document.data["left"]).toMatchObject([{ code: "primary-without-replica", severity: "warning" }]);
  });

  test("slots that are open are settled with every key, and only those asked for", async () => {
    const [a, b] = await Promise.all([cluster.lineOf(0), cluster.lineOf(1)]);
    for (const slot of [10, 11, 12]) {
      await cluster.client(1).call("CLUSTER", "SETSLOT", slot, "IMPORTING", a.id);
      await cluster.client(0).call("CLUSTER", "SETSLOT", slot, "MIGRATING", b.id);
    }
    expect((await fix("--slots", "10", "--yes")).data).toMatchObject({
      moved: { slots: 1, mover: "classic" },
    });
    expect([...new Set(await cluster.openSlots())]).toEqual([11, 12]);

    const { data } = await fix("--yes");
    expect(data).toMatchObject({
      moved: { slots: 2, mover: "classic" },
      plan: { notes: [{ kind: "continues-earlier-run", slots: "11-12" }] },
      problems: [],
    });
    expect(await cluster.openSlots()).toEqual([]);
    expect((await cluster.slotsOf(1)).has(12)).toBe(true);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });

  test("slots that other commands refuse to settle are repaired", async () => {
    const [a, b] = await Promise.all([cluster.lineOf(0), cluster.lineOf(1)]);
    const slot = [...a.slots].at(-1) ?? 0;
    await cluster.client(0).call("CLUSTER", "SETSLOT", slot, "MIGRATING", b.id);
    await cluster.client(2).call("CLUSTER", "SETSLOT", slot, "IMPORTING", a.id);
    const rebalance = await slotctlJson(["rebalance", cluster.seed, "--yes"], { exits: 7 });
    expect(rebalance.document.error).toMatchObject({ code: "slots-open" });
    await fix("--yes");
    expect(await cluster.openSlots()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });
});

const withAtomic = (await listServers()).filter(({ engine, version }: TestServer) =>
  isAtLeast(version, engine === "redis" ? "8.4.0" : "9.0.0"),
);

describe.each(withAtomic)("atomic migrations of a killed run on $engine $version", (server) => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2, empties: 1 });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("check tells of it, fix waits for it, and then there is nothing left to do", async () => {
    await cluster.client(0).call("CONFIG", "SET", "rdb-key-save-delay", SAVE_DELAY_US.many);
    await begin(cluster, { server, slots: "0-999" });
    const { data: checked } = await slotctlJson(["check", cluster.seed]);
    expect(checked.problems).toContainEqual(
      expect.objectContaining({ code: "slots-migrating", severity: "info", slots: "0-999" }),
    );
    const { data } = await slotctlJson(["fix", cluster.seed, "--yes"]);
    expect(data).toMatchObject({
      plan: {
        steps: [{ kind: "move-slots", slots: "0-999", mover: `${server.engine}-atomic` }],
        notes: [{ kind: "continues-earlier-run", slots: "0-999" }],
      },
    });
    expect((await cluster.slotsOf(2)).toString()).toBe("0-999");
    expect((await slotctlJson(["fix", cluster.seed, "--yes"])).data).toMatchObject({ plan: { steps: [] } });
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });

  test("a rebalance that is killed comes to the same shares when it is run again", async () => {
    for (const index of [0, 1]) {
      await cluster.client(index).call("CONFIG", "SET", "rdb-key-save-delay", SAVE_DELAY_US.some);
    }
    const args = ["rebalance", cluster.seed, "--use-empty", "--yes"];
    let killing: Promise<void> | undefined;
    const killed = await cluster.slotctl(args, {
      onStart: (running) => {
        const begun = until(() => isMigrating(cluster, server), { what: "a migration under way" });
        killing = begun.then(() => running.kill("SIGKILL"));
      },
    });
    await killing;
    expect(killed.exitCode).not.toBe(0);
    const { data } = await slotctlJson(args);
    expect(data.plan.notes).toContainEqual(expect.objectContaining({ kind: "continues-earlier-run" }));
    const counts = await cluster.slotCounts();
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });
});

describe.each(withAtomic.filter(({ engine }) => engine === "redis"))("on $engine $version", (server) => {
  test("a migration that begins anew for ever is finished once its reason is gone", async () => {
    await using cluster = await MoveCluster.form({ server, primaries: 2, empties: 1 });
    const [a, b] = await Promise.all([cluster.lineOf(0), cluster.lineOf(1)]);
    const [open = 0, moving = 0] = [...a.slots].slice(-2);
    // The source has a slot open, and the target does not look at that.
    await cluster.client(1).call("CLUSTER", "SETSLOT", open, "IMPORTING", a.id);
    await cluster.client(0).call("CLUSTER", "SETSLOT", open, "MIGRATING", b.id);
    await begin(cluster, { server, slots: `${moving}-${moving}` });
    const codes = async () => {
      const { data } = await slotctlJson(["check", cluster.seed], { exits: "anyhow" });
      return data.problems.map(({ code }) => code);
    };
    await until(async () => (await codes()).includes("slots-migration-failing"), {
      what: "the failing migration",
    });
    const { data } = await slotctlJson(["fix", cluster.seed, "--yes"]);
    expect(data).toMatchObject({ moved: { slots: 2 } });
    expect((await cluster.slotsOf(2)).has(moving)).toBe(true);
    expect((await cluster.slotsOf(1)).has(open)).toBe(true);
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

/** Begins a migration from the first node to the last, as a run would whose CLI then died. */
async function begin(
  cluster: MoveCluster,
  { server, slots }: { server: TestServer; slots: string },
): Promise<void> {
  const bounds = slots.split("-");
  if (server.engine === "redis") {
    await cluster.client(2).call("CLUSTER", "MIGRATION", "IMPORT", ...bounds);
    return;
  }
  const { id } = await cluster.lineOf(2);
  await cluster.client(0).call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", ...bounds, "NODE", id);
}

/** Whether a migration is under way at the first node: asked of the node itself, for it may not take long. */
async function isMigrating(cluster: MoveCluster, server: TestServer): Promise<boolean> {
  const words = server.engine === "redis" ? ["MIGRATION", "STATUS", "ALL"] : ["GETSLOTMIGRATIONS"];
  const migrations = parseMigrations(await cluster.client(0).call("CLUSTER", ...words));
  return migrations.some(({ outcome, state }) => outcome === "running" && state !== "connecting");
}
