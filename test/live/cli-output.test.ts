import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../servers/run-program.ts";
import { aFile } from "../support/access-cluster.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { faultsIn } from "../support/schema-faults.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

const server = await oneServer();
const ROOT = new URL("../../", import.meta.url);
const BIN = fileURLToPath(new URL("bin/run.js", ROOT));
const ESCAPE = "\u001B";

describe("what is printed where", () => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each([
    { what: "piped", env: {} },
    { what: "with NO_COLOR, though forced", env: { NO_COLOR: "1", FORCE_COLOR: "1" } },
    { what: "on a dumb terminal", env: { TERM: "dumb" } },
    { what: "told by the environment, though forced", env: { SLOTCTL_NO_COLOR: "1", FORCE_COLOR: "1" } },
  ])("no escape codes $what", async ({ env }) => {
    const swap = async (to: number, from: number) =>
      await runSlotctl(
        [
          "reshard",
          cluster.seed,
          "--from",
          cluster.address(from),
          "--to",
          cluster.address(to),
          "--slots",
          "10",
          "--yes",
        ],
        { env },
      );
    const results = [
      await runSlotctl(["info", cluster.seed], { env }),
      await runSlotctl(["check", cluster.seed], { env }),
      await swap(1, 0),
      await swap(0, 1),
      await runSlotctl(["info", "127.0.0.1:1"], { env }),
    ];
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 4]);
    expect(results.map(({ stdout, stderr }) => stdout + stderr).join("")).not.toContain(ESCAPE);
  });

  test("escape codes when forced, and none with --no-color", async () => {
    const env = { FORCE_COLOR: "1" };
    expect((await runSlotctl(["info", cluster.seed], { env })).stdout).toContain(ESCAPE);
    expect((await runSlotctl(["info", cluster.seed, "--no-color"], { env })).stdout).not.toContain(ESCAPE);
    expect((await runSlotctl(["--no-color", "info", cluster.seed], { env })).stdout).not.toContain(ESCAPE);
  });

  test("a reader that goes away is no error", async () => {
    const child = spawn(process.execPath, [BIN, "info", cluster.seed], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [exitCode] = (await once(child, "close")) as [number | null];
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const piped = await runProgram("sh", [
      "-c",
      `"${process.execPath}" "${BIN}" check ${cluster.seed} | head -1`,
    ]);
    expect(piped).toMatchObject({ exitCode: 0, stderr: "" });
    expect(piped.stdout.trim().split("\n")).toHaveLength(1);
  });

  test("flags are read from the environment, those that may be repeated too", async () => {
    const env = {
      SLOTCTL_JSON: "true",
      SLOTCTL_TIMEOUT: "1",
      SLOTCTL_YES: "1",
      SLOTCTL_PROGRESS: "json",
      SLOTCTL_FROM: `${cluster.address(0)},${cluster.address(1)}`,
      SLOTCTL_TO: cluster.address(2),
      SLOTCTL_SLOTS: "4",
    };
    const result = await runSlotctl(["reshard", cluster.seed], { env });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toMatchObject({ ok: true, data: { moved: { slots: 4 }, applied: 2 } });
    expect(
      result.stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).not.toEqual([]);
    const bad = await runSlotctl(["info", cluster.seed], { env: { SLOTCTL_TIMEOUT: "soon" } });
    expect(bad).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--timeout soon") });
    const weights = {
      SLOTCTL_WEIGHT: `${cluster.address(0)}=2 ${cluster.address(1)}=2`,
      SLOTCTL_DRY_RUN: "1",
    };
    const weighed = await runSlotctl(["rebalance", cluster.seed, "--json"], { env: weights });
    expect(weighed.json()).toMatchObject({ ok: true, data: { applied: 0 } });
    expect(weighed.stdout).toContain('"slotCount"');
  });

  test("progress as JSON: one object a line, and the last one says that it is done", async () => {
    const args = ["reshard", cluster.seed, "--from", "all", "--to", cluster.seed, "--slots", "200", "--yes"];
    const { stderr } = await runSlotctl([...args, "--progress", "json"]);
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events[0]).toBe("plan");
    expect(events.at(-1)).toBe("done");
    expect(events).toContain("progress");
    const quiet = await runSlotctl([...args, "--progress", "none"]);
    expect(quiet).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

test("every command has help with examples", async () => {
  const commands = (await readdir(new URL("src/commands/", ROOT), { recursive: true }))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.replace(/\.ts$/, "").split("/"));
  expect(commands.length).toBeGreaterThan(9);
  for (const words of commands) {
    const { exitCode, stdout, stderr } = await runSlotctl([...words, "--help"]);
    expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^USAGE$/m);
    expect(stdout.split(/^EXAMPLES$/m)[1]).toContain(`$ slotctl ${words.join(" ")}`);
  }
});

test("the version is told in one line", async () => {
  const { exitCode, stdout, stderr } = await runSlotctl(["--version"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^slotctl\/\d+\.\d+\.\d+ \S+ node-v\d+\S+\n$/);
});

test.each([
  { words: ["info", "--help"], schema: "help", command: "info" },
  { words: ["local", "up", "--help"], schema: "help", command: "local up" },
  { words: ["local", "--help"], schema: "help", command: "local" },
  { words: ["--help"], schema: "help", command: "--help" },
  { words: ["--version"], schema: "version", command: "--version" },
])("with --json $words is one document", async ({ words, schema, command }) => {
  const { exitCode, stdout, stderr } = await runSlotctl([...words, "--json"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const document = JSON.parse(stdout) as { data: unknown };
  expect(document).toMatchObject({ schemaVersion: 1, command, ok: true });
  expect(faultsIn("envelope", document)).toEqual([]);
  expect(faultsIn(schema, document.data)).toEqual([]);
});

test("help of what is no command is a document that says so", async () => {
  const { exitCode, stdout } = await runSlotctl(["nosuch", "--help", "--json"]);
  expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ exitCode: 2, ok: false });
});

test.each(["20.20.2", "22.11.0", "18.0.0"])("Node %s is told to be too old in one line", async (version) => {
  const fake = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} })`;
  const url = `data:text/javascript,${encodeURIComponent(fake)}`;
  const { exitCode, stdout, stderr } = await runProgram(process.execPath, ["--import", url, BIN, "check"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toBe(
    `slotctl needs Node 22.12 or newer, and this is ${version}: install a newer one, or put it first on PATH.\n`,
  );
});

test("a stack trace is only shown to those who ask for it", async () => {
  const file = await aFile("");
  const args = ["info", "127.0.0.1:1", "--password-file", file];
  expect((await runSlotctl(args)).stderr).not.toMatch(/^\s+at /m);
  expect((await runSlotctl(args, { env: { SLOTCTL_DEBUG: "1" } })).stderr).toMatch(/^\s+at /m);
});
