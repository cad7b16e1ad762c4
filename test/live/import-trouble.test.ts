import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import {
  contentsOf,
  imported,
  ImportGrounds,
  SourceWriter,
  writeKinds,
  writeWorkedOn,
} from "../support/import-grounds.ts";
import { killSlotctlAfter } from "../support/live-kill.ts";
import { type SlotctlJson, slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import { type RunningSlotctl, runSlotctl } from "../support/run-slotctl.ts";

/** What goes wrong on the way is the same on both engines; one is enough for what takes seconds. */
const servers = representatives(await listServers()).filter(({ engine }) => engine === "valkey");
const KEYS = 120;

describe.each(servers)("an import in trouble on $engine $version", (server) => {
  let grounds: ImportGrounds;

  beforeAll(async () => {
    grounds = await ImportGrounds.start({ server, replicas: 1, sources: 2 });
  });
  afterAll(async () => await grounds[Symbol.asyncDispose]());
  beforeEach(async () => await grounds.clear());

  const importing = (args: readonly string[], exits?: number) => grounds.import(args, exits);

  test("stopped by SIGKILL or SIGINT, the same command goes on", async () => {
    const stops = [
      { signal: "SIGKILL" as const, exitCode: null },
      { signal: "SIGINT" as const, exitCode: 6 },
    ];
    const before = await Promise.all(
      stops.map(async ({ signal, exitCode }, index) => {
        const source = grounds.source(index);
        // Three bites are still to come when the first progress is told.
        await writeKinds(source, 1600, { name: signal, members: 10 });
        const held = await contentsOf(source);
        const command = ["import", grounds.seed, "--from", grounds.from(index), "--yes"];
        const stopped = await killSlotctlAfter([...command, "--max-keys-per-second", "1000"], {
          eventCount: 3,
          signal,
        });
        expect([signal, stopped.exitCode]).toEqual([signal, exitCode]);
        expect(await source.dbsize()).toBeGreaterThan(0);
        expect(await runSlotctl(command)).toMatchObject({ exitCode: 0 });
        expect(await source.dbsize()).toBe(0);
        return held;
      }),
    );
    expect(await grounds.contents()).toEqual({ ...before[0], ...before[1] });
  });

  test("while one run moves keys away from a source another one is refused, and no key is lost", async () => {
    await writeKinds(grounds.source(), 1600, { members: 10 });
    const before = await contentsOf(grounds.source());
    let second: Promise<SlotctlJson> | undefined;
    const besides = async (running: RunningSlotctl): Promise<SlotctlJson> => {
      await eventually(
        () => Promise.resolve(running.stderrSoFar().split("\n").length),
        (lines) => lines > 3,
      );
      // It must not end before the second one has looked for it.
      running.kill("SIGSTOP");
      return await importing(["--from", grounds.from()], 7).finally(() => running.kill("SIGCONT"));
    };
    const command = ["import", grounds.seed, "--from", grounds.from(), "--yes", "--progress", "json"];
    const first = await runSlotctl([...command, "--max-keys-per-second", "1000"], {
      onStart: (running) => {
        second = besides(running);
      },
    });
    expect((await second)?.document.error).toMatchObject({ code: "another-run", node: grounds.from() });
    expect(first).toMatchObject({ exitCode: 0 });
    expect(await grounds.contents()).toEqual(before);
    expect(await grounds.source().dbsize()).toBe(0);
  });

  test("loses no acknowledged write of clients that write at the source meanwhile", async () => {
    const [keys, entries] = [60, 100];
    await writeWorkedOn(grounds.source(), { keys, entries });
    await writeKinds(grounds.source(), 600, { members: 10 });
    const client = grounds.source().duplicate();
    const writer = new SourceWriter(client, keys);
    writer.start();
    const moved = await slotctlJson(
      ["import", grounds.seed, "--from", grounds.from(), "--yes", "--max-keys-per-second", "1000"],
      { exits: 0 },
    );
    await writer.stop();
    client.disconnect();
    expect(imported(moved)["taken"]).toBe(600 + keys * 2);
    expect(writer.counters.size).toBe(keys);
    const found = await grounds.contents();
    for (const [name, value] of writer.counters) {
      expect(found[name]).toEqual({ value: JSON.stringify(["string", [String(value)], null]), ends: -1 });
    }
    for (const [name, acked] of writer.acked) {
      const { value } = found[name] as { value: string };
      expect([name, (JSON.parse(value) as [string, string[], [number]])[2][0]]).toEqual([
        name,
        entries - acked,
      ]);
    }
  });

  test("stops at a full node, and goes on once there is room", async () => {
    await writeKinds(grounds.source(), KEYS);
    const before = await contentsOf(grounds.source());
    const nodes = [0, 1, 2].map((index) => grounds.cluster.client(index));
    const limit = (bytes: string) => Promise.all(nodes.map((node) => node.config("SET", "maxmemory", bytes)));
    try {
      await limit("1mb");
      const tooSmall = await importing(["--from", grounds.from()], 7);
      expect(tooSmall.document.error).toMatchObject({ code: "target-too-small" });
      const full = await importing(["--from", grounds.from(), "--memory-unchecked"], 1);
      expect(full.document.error).toMatchObject({ code: "target-full" });
    } finally {
      await limit("0");
    }
    await importing(["--from", grounds.from()]);
    expect(await grounds.contents()).toEqual(before);
  });

  test("deletes nothing at the source that no replica has", async () => {
    await writeKinds(grounds.source(), 60);
    const before = await contentsOf(grounds.source());
    const replicas = [3, 4, 5].map((index) => grounds.cluster.node(index));
    for (const replica of replicas) replica.pause();
    const late = async () => await importing(["--from", grounds.from(), "--wait", "1", "--timeout", "1"], 8);
    try {
      expect((await late()).document.error).toMatchObject({ code: "replicas-not-confirming" });
      // It finds all keys there, and has written none itself.
      expect((await late()).document.error).toMatchObject({ code: "replicas-not-confirming" });
    } finally {
      for (const replica of replicas) replica.resume();
    }
    expect(await contentsOf(grounds.source())).toEqual(before);
    await eventually(
      async () => await runSlotctl(["check", grounds.seed]),
      ({ exitCode }) => exitCode === 0,
    );
    const done = await importing(["--from", grounds.from()]);
    expect(imported(done)).toMatchObject({ identical: 60, taken: 60 });
    expect(await grounds.contents()).toEqual(before);
  });
});
