import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aDirectory } from "../support/a-directory.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { killSlotctlAfter } from "../support/live-kill.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { faultsIn } from "../support/schema-faults.ts";

const KEYS = 1000;
/** Of all three shards, few: the classic mover takes its time for each. */
const SLOTS = "0-299,5461-5760,10923-11222";
const PASSWORD = "open-sesame-42";

/** The tests stand in an order: each begins with what the one before has left. */
describe.each(representatives(await listServers()))("a saved plan on $engine $version", (server) => {
  let cluster: MoveCluster;
  let file: string;
  const env = { SLOTCTL_PASSWORD: PASSWORD };
  /** Moves slots to a node, whoever has them. */
  const reshard = (to: number, slots: string, ...args: string[]) => {
    const where = ["--to", cluster.address(to), "--from", "all", "--slot-ranges", slots];
    return ["reshard", cluster.seed, ...where, ...args];
  };
  const slotMap = () =>
    Promise.all(cluster.nodes.map(async (_, index) => String(await cluster.slotsOf(index))));

  beforeAll(async () => {
    const config = { requirepass: PASSWORD, masterauth: PASSWORD, "cluster-allow-replica-migration": "no" };
    cluster = await MoveCluster.form({
      server,
      primaries: 3,
      empties: 1,
      start: { config },
      redis: { password: PASSWORD },
      env,
    });
    await loadKeys({ port: cluster.port, count: KEYS, password: PASSWORD });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("it is saved, shown without the cluster in the same words, applied, and nothing is left to do", async () => {
    file = join(await aDirectory(), "plan.json");
    const planned = await cluster.slotctl(["plan", ...reshard(3, SLOTS, "--out", file, "--exit-code")]);
    expect(planned).toMatchObject({ exitCode: 3 });
    const before = await slotMap();
    const text = await readFile(file, "utf8");
    expect(faultsIn("plan-file", JSON.parse(text))).toEqual([]);
    expect(text).not.toContain(PASSWORD);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const shown = await runSlotctl(["show", file]);
    const words = planned.stdout.split("\nSaved to ")[0] ?? "";
    expect(shown.stdout.startsWith(words)).toBe(true);
    await slotctlJson(["show", file]);

    await slotctlJson(["apply", file, "--yes"], { env });
    expect((await slotMap())[3]).toBe(SLOTS);
    const again = await cluster.slotctl(["plan", ...reshard(3, SLOTS, "--exit-code")]);
    expect(again).toMatchObject({ exitCode: 0 });
    expect((await cluster.slotctl(["apply", file, "--yes"])).stdout).toContain("Nothing to do");

    await slotctlJson(["undo", file, "--yes"], { env });
    expect(await slotMap()).toEqual(before);
    expect((await cluster.slotctl(["undo", file, "--yes"])).stdout).toContain("Nothing to do");
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS, password: PASSWORD })).toEqual([]);
  });

  test("killed on the way, it goes on with the same file and arrives", async () => {
    file = join(await aDirectory(), "plan.json");
    await slotctlJson(reshard(3, SLOTS, "--out", file), { env });
    for (const eventCount of [2, 4, 6]) {
      await killSlotctlAfter(["apply", file, "--yes"], { eventCount, env });
    }
    mustSucceed(await cluster.slotctl(["apply", file, "--yes"]));
    expect((await slotMap())[3]).toBe(SLOTS);
    expect(await cluster.openSlots()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS, password: PASSWORD })).toEqual([]);
  });

  test("where somebody else has moved slots it is refused, with what has changed", async () => {
    file = join(await aDirectory(), "plan.json");
    await slotctlJson(reshard(0, "0-99", "--out", file), { env });
    const [from, to] = [cluster.address(3), cluster.address(2)];
    mustSucceed(await cluster.slotctl(reshard(2, "0-2", "--yes")));
    const map = await slotMap();
    const { document } = await slotctlJson(["apply", file, "--yes"], { exits: 5, env });
    expect(document.error).toMatchObject({
      code: "stale-plan",
      message: expect.stringContaining(`were at ${from}`),
    });
    expect(document.data).toMatchObject({
      changes: [{ kind: "slots-moved", matters: true, nodes: [from, to] }],
    });
    expect(await slotMap()).toEqual(map);
  });

  test("a plan that is made on a snapshot is carried out on the cluster", async () => {
    const folder = await aDirectory();
    const [snapshot, plan] = [join(folder, "s.json"), join(folder, "plan.json")];
    const taken = mustSucceed(await cluster.slotctl(["snapshot", cluster.seed]));
    expect(faultsIn("snapshot", JSON.parse(taken.stdout))).toEqual([]);
    expect(taken.stdout).not.toContain(PASSWORD);
    await writeFile(snapshot, taken.stdout);
    const args = reshard(0, "0-99", "--snapshot", snapshot, "--out", plan);
    const planned = await runSlotctl(args);
    expect(planned).toMatchObject({ exitCode: 0, stderr: "" });
    mustSucceed(await cluster.slotctl(["apply", plan, "--yes"]));
    expect((await slotMap())[0]).toBe("0-99,300-5460");
    expect(await cluster.errorsFound()).toEqual([]);
  });
});
