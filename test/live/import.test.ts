import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { contentsOf, imported, ImportGrounds, writeKinds } from "../support/import-grounds.ts";
import { representatives } from "../support/live-versions.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

const cases = representatives(await listServers()).map((server) => ({
  server,
  name: `${server.engine} ${server.version}`,
}));
const KEYS = 120;

describe.each(cases)("an import on $name", ({ server }) => {
  let grounds: ImportGrounds;

  beforeAll(async () => {
    grounds = await ImportGrounds.start({ server, primaries: 2, sources: 2 });
  });
  afterAll(async () => await grounds[Symbol.asyncDispose]());
  beforeEach(async () => await grounds.clear());

  const importing = (args: readonly string[], exits?: number) => grounds.import(args, exits);

  test("copies every kind of key with its time to live to the millisecond, and again finds all of it there", async () => {
    await writeKinds(grounds.source(), KEYS);
    const before = await contentsOf(grounds.source());
    const first = await importing(["--from", grounds.from(), "--copy", "--verify"]);
    expect(imported(first)).toMatchObject({ written: KEYS, taken: 0, verified: KEYS });
    expect(await grounds.contents()).toEqual(before);
    const second = await importing(["--from", grounds.from(), "--copy"]);
    expect(imported(second)).toMatchObject({ written: 0, identical: KEYS });
    expect(await contentsOf(grounds.source())).toEqual(before);
  });

  test("moves the servers of a Twemproxy pool at once, and maps a database", async () => {
    await writeKinds(grounds.source(0), 60);
    await grounds.source(1).set("in-0", "a");
    await grounds.source(1).multi().select(3).set("in-3", "b").select(0).exec();
    const before = { ...(await contentsOf(grounds.source(0))) };
    const file = join(grounds.sourceNode().dir, "nutcracker.yml");
    const servers = [0, 1].map((index) => `    - ${grounds.from(index)}:1 shard${index}\n`).join("");
    await writeFile(file, `pool:\n  listen: 127.0.0.1:1\n  redis: true\n  servers:\n${servers}`);
    const refused = await importing(["--from-twemproxy", file], 7);
    // Valkey 9.1 has one database in a cluster too, unless it is told otherwise.
    expect(refused.document.error).toMatchObject({ code: "database-missing" });
    const done = await importing(["--from-twemproxy", file, "--map-database", "3=0"]);
    expect(imported(done)).toMatchObject({ written: 62, taken: 62 });
    const lasting = { ends: -1 };
    expect(await grounds.contents()).toEqual({
      ...before,
      "in-0": { ...lasting, value: expect.any(String) as string },
      "in-3": { ...lasting, value: expect.any(String) as string },
    });
    expect(await Promise.all([0, 1].map((index) => contentsOf(grounds.source(index))))).toEqual([{}, {}]);
  });

  test.each([
    { flags: [], exits: 6, code: "key-conflict", at: "cluster", left: "source" },
    { flags: ["--on-conflict", "skip"], exits: 0, code: undefined, at: "cluster", left: "source" },
    { flags: ["--replace"], exits: 0, code: undefined, at: "source", left: null },
  ])("with $flags, another value in the cluster ends in $exits", async ({ flags, exits, code, at, left }) => {
    await grounds.source().set("other", "cluster");
    await grounds.source().set("same", "same");
    await importing(["--from", grounds.from(), "--copy"]);
    await grounds.source().set("other", "source");
    await grounds.source().set("new", "new");
    const result = await importing(["--from", grounds.from(), ...flags], exits);
    expect(result.document.error?.code).toBe(code);
    const found = await grounds.contents();
    expect(found["other"]).toEqual({ value: JSON.stringify(["string", [at], null]), ends: -1 });
    expect(found["new"]).toBeDefined();
    expect(await grounds.source().get("other")).toBe(left);
    expect(await grounds.source().exists("same", "new")).toBe(0);
  });

  test("refuses what cannot be meant", async () => {
    await grounds.source(0).set("a", "1");
    await grounds.source(1).set("a", "2");
    const both = ["--from", grounds.from(0), "--from", grounds.from(1)];
    const codes: (string | undefined)[] = [];
    for (const args of [
      ["--from", grounds.cluster.address(1)],
      ["--from", grounds.from(), "--from", grounds.from().replace("127.0.0.1", "localhost")],
      [...both, "--replace"],
    ]) {
      codes.push((await importing(args, 7)).document.error?.code);
    }
    expect(codes).toEqual(["source-in-cluster", "source-twice", "sources-merge"]);
    const conflict = await importing([...both], 6);
    expect(conflict.document.error).toMatchObject({ code: "key-conflict" });
    expect((await grounds.source(0).exists("a")) + (await grounds.source(1).exists("a"))).toBe(1);
  });

  test("an address with a database is refused, and one with a password is warned of", async () => {
    await grounds.source().set("a", "1");
    const command = ["import", grounds.seed, "--dry-run", "--from"];
    const inDatabase = await runSlotctl([...command, `redis://${grounds.from()}/0`]);
    expect(inDatabase).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--database") as string,
    });
    const warned = await runSlotctl([...command, `redis://:s3cret@${grounds.from()}`]);
    expect(warned.exitCode).toBe(0);
    expect(warned.stderr).toMatch(/password on the\s+command line/);
    expect(warned.stderr).not.toContain("s3cret");
  });

  test("a source without keys is nothing to do", async () => {
    const none = await importing(["--from", grounds.from()]);
    expect(none.data.plan.steps).toEqual([]);
  });
});
