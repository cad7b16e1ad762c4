import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";

const server = await oneServer();
const BIN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const KEYS = 20_000;

/** Runs slotctl, and stops reading a stream as soon as it says something; returns the exit code. */
async function hangUpOn(stream: "stdout" | "stderr", args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const other = stream === "stdout" ? child.stderr : child.stdout;
  other.resume();
  child[stream].once("data", () => child[stream].destroy());
  const [exitCode] = (await once(child, "exit")) as [number | null];
  return exitCode;
}

describe("a reader that goes away", () => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2 });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("ends no move: it goes on without words", async () => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    const args = ["reshard", cluster.seed, ...pair, "--slot-ranges", "0-1999", "--yes", "--progress", "json"];
    expect(await hangUpOn("stderr", args)).toBe(0);
    expect(await cluster.openSlots()).toEqual([]);
    expect((await cluster.slotsOf(1)).has(1999)).toBe(true);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });

  test("takes no exit code away", async () => {
    await cluster.client(1).call("CLUSTER", "DELSLOTS", 5);
    expect(await hangUpOn("stdout", ["check", cluster.seed])).toBe(3);
    await cluster.client(1).call("CLUSTER", "ADDSLOTS", 5);
  });

  test("a full disk behind stderr ends no move either", async () => {
    await using full = await open("/dev/full", "w");
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    const args = [
      "reshard",
      cluster.seed,
      ...pair,
      "--slot-ranges",
      "2000-2999",
      "--yes",
      "--progress",
      "json",
    ];
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "ignore", full.fd] });
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(await cluster.openSlots()).toEqual([]);
    expect((await cluster.slotsOf(1)).has(2999)).toBe(true);
  });

  test.each([["--version"], ["info", "SEED"], ["info", "--json", "SEED"], ["export", "SEED"]])(
    "a result that a full disk has no room for is no success: %s",
    async (...words) => {
      const args = words.map((word) => (word === "SEED" ? cluster.seed : word));
      const { exitCode, said } = await runWithFullStdout(args);
      expect(exitCode).toBe(1);
      expect(said).toContain("The result could not be written to stdout: ENOSPC");
      expect(said).not.toContain("    at ");
    },
  );
});

async function runWithFullStdout(
  args: readonly string[],
): Promise<{ exitCode: number | null; said: string }> {
  const words = ["-c", 'exec "$@" >/dev/full', "sh", process.execPath, BIN, ...args];
  const child = spawn("sh", words, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  const [said, [exitCode]] = await Promise.all([
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { exitCode, said };
}
