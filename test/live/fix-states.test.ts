import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import { listServers } from "../servers/list-servers.ts";
import { hidesKeys } from "../../src/wire/node-keys.ts";
import { runProgram } from "../servers/run-program.ts";
import { aDirectory } from "../support/a-directory.ts";
import { BrokenSlots } from "../support/broken-slots.ts";
import { oldestAndNewest } from "../support/live-versions.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";

// Each node owns a third of the slots: 0 the first, 2 the last. The epochs are 1, 2 and 3.

describe.each(oldestAndNewest(await listServers()))("fix on $engine $version", (server) => {
  let cluster: MoveCluster;
  let slots: BrokenSlots;
  const fix = (args: readonly string[] = [], options: Parameters<typeof slotctlJson>[1] = {}) =>
    slotctlJson(["fix", cluster.seed, "--yes", ...args], options);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3, empties: 1 });
    slots = await BrokenSlots.of(cluster);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** Keys that are not where clients look for them, and slots that are open. */
  async function brokenStill(): Promise<unknown[]> {
    return [...(await slots.missing()), ...(await cluster.openSlots())];
  }

  test("open slots in every combination", async () => {
    for (const slot of [1, 2, 3, 4, 5, 6, 8]) await slots.put(0, slot);
    // Migrating, and nobody imports.
    await slots.open(0, 1, { migrating: 1 });
    // Importing, and nobody migrates: without keys, and with some.
    await slots.open(1, 2, { importing: 0 });
    await slots.open(1, 3, { importing: 0 });
    await slots.put(1, 3);
    // Several import, all with keys.
    for (const place of [1, 2] as const) {
      await slots.open(place, 4, { importing: 0 });
      await slots.put(place, 4);
    }
    // Half-moved, with keys on both sides, and then with one on a third node.
    for (const slot of [5, 6]) {
      await slots.open(1, slot, { importing: 0 });
      await slots.open(0, slot, { migrating: 1 });
      await slots.put(1, slot);
    }
    await slots.open(2, 6, { importing: 0 });
    await slots.put(2, 6);
    // Keys on the other side, which does not import.
    await slots.open(0, 8, { migrating: 1 });
    await slots.stray(1, 8);
    // Valkey takes a slot for its own that it imports from who does not own it, before anybody could fix that.
    if (server.engine === "redis") await breakAsOnlyRedisStays(slots);

    const { data } = await fix();
    expect(data.plan.steps.map(({ why }) => why?.message ?? "")).not.toContain("");
    expect(await brokenStill()).toEqual([]);
  });

  test("uncovered slots: keys on one, several, and no nodes", async () => {
    await slots.put(0, 20);
    await slots.put(0, 21);
    await slots.put(0, 21, { name: "another" });
    await slots.stray(1, 21);
    await slots.stray(2, 21);
    for (const slot of [20, 21, 22]) await slots.dropEverywhere(slot);

    const { data } = await fix();
    expect(data.plan.steps.map(({ why }) => why?.rule)).toEqual(
      expect.arrayContaining(["only-holder", "most-keys", "fewest-slots"]),
    );
    expect(await brokenStill()).toEqual([]);
  });

  test("several owners, and keys of a slot that was given away without them", async () => {
    // The one with the lower epoch claims what the other has keys of: gossip would settle this too.
    await cluster.client(2).call("CLUSTER", "BUMPEPOCH");
    await slots.put(2, 16_010);
    await slots.says(0, 16_010, 0);
    // Its keys were forgotten when it was given away; they are only seen by a deep look.
    await slots.put(0, 30);
    await slots.dropEverywhere(30);
    await slots.open(1, 30, { importing: 0 });
    await slots.says(1, 30, 1);

    await fix(["--deep"]);
    expect(await brokenStill()).toEqual([]);
  });

  test("hundreds of open slots take seconds", async () => {
    const many = Array.from({ length: 400 }, (_, index) => 1000 + index);
    await Promise.all(
      many.map(async (slot) => {
        await slots.put(0, slot);
        await slots.open(1, slot, { importing: 0 });
        await slots.put(1, slot);
      }),
    );
    const startMs = Date.now();
    await fix(["--max-latency", "0"]);
    expect(Date.now() - startMs).toBeLessThan(10_000);
    expect(await brokenStill()).toEqual([]);
  });

  test("a key with two values: refused, then one is kept and the other one can be restored", async () => {
    const file = join(await aDirectory(), "saved.jsonl");
    for (const slot of [40, 41]) {
      await slots.put(0, slot, { name: "same", value: "at the owner" });
      await slots.open(1, slot, { importing: 0 });
      await slots.put(1, slot, { name: "same", value: "elsewhere" });
    }
    await slots.open(0, 40, { migrating: 1 });
    const refused = await fix([], { exits: 7 });
    expect(refused.document.error).toMatchObject({ code: "keys-differ" });
    expect(refused.document.error?.message).toContain("same");

    const of40 = slots.expects(40, "same", "at the owner");
    await fix(["--slots", "40", "--on-conflict", "keep-owner", "--save-to", file]);
    await fix(["--slots", "41", "--on-conflict", "keep-other", "--save-to", file]);
    expect(await brokenStill()).toEqual([]);
    expect(await cluster.errorsFound()).toEqual([]);
    expect((await fix()).data).toMatchObject({ applied: 0, plan: { steps: [] } });
    const saved = (await readFile(file, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { slot: number; keyBase64: string; dumpBase64: string });
    expect(saved.map(({ slot }) => slot)).toEqual([40, 41]);
    const command = (await restoreCommand())
      .replace("lost.jsonl", file)
      .replace("redis-cli", server.cliPath)
      .replace("-h 10.0.0.1 -p 6379", `-h ${cluster.node(1).host} -p ${cluster.node(1).port}`)
      .replace("KEY", `${of40}-restored`);
    const restored = await runProgram("sh", ["-c", command]);
    expect(restored.stdout.trim()).toBe("OK");
    expect(await cluster.client(0).get(`${of40}-restored`)).toBe("elsewhere");
  });

  test("keys in slots that are not their node's are seen by check --deep, and brought home", async () => {
    const key = await slots.stray(1, 60, 0);
    const { data } = await slotctlJson(["check", cluster.seed, "--deep"], { exits: 3 });
    const codes = data.problems.filter(({ severity }) => severity === "error").map(({ code }) => code);
    expect(codes).toEqual([hidesKeys(server) ? "keys-out-of-sight" : "keys-in-foreign-slots"]);
    await fix(["--deep"]);
    expect(await brokenStill()).toEqual([]);
    expect(await cluster.client(0).get(key)).toBe("of 1");
    expect(await cluster.errorsFound()).toEqual([]);
  });

  test("a slot given up by the node that sends it away, with its keys", async () => {
    await slots.put(0, 70);
    await slots.open(0, 70, { migrating: 1 });
    await slots.dropEverywhere(70);
    const marked = await cluster.openSlots();
    expect(marked).not.toEqual([]);
    await fix(["--dry-run"]);
    // Redis 8.4 and later hides the keys, and to count them at the slot itself would take the mark away.
    expect(await cluster.openSlots()).toEqual(marked);
    await fix();
    expect(await brokenStill()).toEqual([]);
  });

  test("a node that a removal has reset is forgotten, and a member that some forgot is introduced", async () => {
    const { id } = await cluster.lineOf(3);
    await cluster.client(3).call("CLUSTER", "RESET", "SOFT");
    const { data } = await fix();
    expect(data.plan.steps).toMatchObject([{ kind: "forget", node: { id }, why: { rule: "was-reset" } }]);
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

test("keys leave a node before it gives its last slot away: it becomes a replica then, and forgets them", async () => {
  await using cluster = await MoveCluster.form({ server: await oneServer(), primaries: 3 });
  const slots = await BrokenSlots.of(cluster);
  const owned = await cluster.slotsOf(2);
  const last = 16_000;
  const others = owned.minus(SlotSet.of([last])).toString();
  const away = ["--from", cluster.address(2), "--to", cluster.address(0), "--slot-ranges", others];
  await slotctlJson(["reshard", cluster.seed, ...away, "--yes"]);
  // Its last slot is on its way to 0, and a key of 1 came to it for no reason.
  await slots.put(2, last);
  await slots.open(0, last, { importing: 2 });
  await slots.open(2, last, { migrating: 0 });
  await slots.open(2, 6000, { importing: 0 });
  await slots.put(2, 6000);

  await slotctlJson(["fix", cluster.seed, "--yes"]);
  expect(await slots.missing()).toEqual([]);
});

test("a primary that does not answer is given up only when it is said that it may be", async () => {
  await using cluster = await MoveCluster.form({ server: await oneServer(), primaries: 3 });
  const slots = await BrokenSlots.of(cluster);
  const key = await slots.put(0, 50);
  await slots.open(0, 50, { migrating: 2 });
  await cluster.node(2).kill();
  const refused = await slotctlJson(["fix", cluster.seed, "--yes"], { exits: 7 });
  expect(refused.document.error?.hint).toContain("--unreachable-ok");
  await until(async () => (await failing(cluster)) === 2, { what: "two that take the third for dead" });
  await slotctlJson(["fix", cluster.seed, "--yes", "--unreachable-ok"]);
  expect(await cluster.client(0).get(key)).toBe("of 0");
  const { data } = await slotctlJson(["check", cluster.seed], { exits: "anyhow" });
  expect(data.problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("a primary that only slotctl does not hear keeps its slots and keys", async () => {
  await using cluster = await MoveCluster.form({ server: await oneServer(), primaries: 3 });
  const slots = await BrokenSlots.of(cluster);
  await slots.put(2, 16_000);
  cluster.node(2).pause();
  const args = ["fix", cluster.seed, "--yes", "--unreachable-ok", "--timeout", "0.3"];
  const refused = await slotctlJson(args, { exits: 7 });
  cluster.node(2).resume();
  expect(refused.document.error?.hint).toContain("other nodes hear");
  expect(await slots.missing()).toEqual([]);
});

async function breakAsOnlyRedisStays(slots: BrokenSlots): Promise<void> {
  // Importing from a node that never had it.
  await slots.put(0, 10);
  await slots.open(2, 10, { importing: 1 });
  await slots.put(2, 10);
  // Nobody owns it, and keys are on both sides of what was a move.
  await slots.put(0, 23);
  await slots.open(1, 23, { importing: 0 });
  await slots.put(1, 23);
  // A view that names the wrong owner, and keeps to it, for it imports.
  await slots.put(2, 16_000);
  await slots.open(1, 16_000, { importing: 0 });
  await slots.says(1, 16_000, 0);
  await slots.dropEverywhere(23);
}

/** The command that docs/commands.md gives to bring a saved value back. */
async function restoreCommand(): Promise<string> {
  const docs = await readFile(new URL("../../docs/commands.md", import.meta.url), "utf8");
  const command = docs.split("\n").find((line) => line.includes(" RESTORE KEY "));
  if (!command) throw new Error("docs/commands.md has no command that restores a value");
  return command;
}

/** How many of the first two nodes flag another one as failed. */
async function failing(cluster: MoveCluster): Promise<number> {
  const tables = await Promise.all([0, 1].map((index) => cluster.client(index).call("CLUSTER", "NODES")));
  return tables.filter((table) => / [a-z,]*\bfail /.test(String(table))).length;
}
