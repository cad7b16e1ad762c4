import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorMessage } from "../ui/error-message.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { readKnownFile } from "./read-known-file.ts";
import { readPlanFile } from "./read-plan-file.ts";
import { readWishedCluster } from "./read-wished-cluster.ts";
import { refuseDecided } from "./refuse-decided.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slotctl-known-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const plan = JSON.stringify(
  { $schema: "urn:slotctl:schema:plan-file:1", kind: "slotctl-plan", steps: [] },
  null,
  1,
);

describe("what a file is", () => {
  test.each([
    { what: "a plan", name: "p.json", text: plan, kind: "saved-plan" },
    { what: "a plan whatever its name", name: "cluster.yaml", text: plan, kind: "saved-plan" },
    { what: "a plan that is cut off", name: "p", text: plan.slice(0, 70), kind: "saved-plan" },
    {
      what: "a plan with its kind last",
      name: "p",
      text: `{"steps":[],"kind":"slotctl-plan"}`,
      kind: "saved-plan",
    },
    { what: "JSON that is cut off in front of all", name: "p.json", text: "{", kind: "saved-plan" },
    { what: "an empty plan file", name: "p.json", text: "", kind: "saved-plan" },
    { what: "YAML", name: "c.yaml", text: "# of the shop\nversion: 1\nnodes: []\n", kind: "cluster-file" },
    { what: "YAML whatever its name", name: "plan.json", text: "version: 1\n", kind: "cluster-file" },
    { what: "YAML in flow style", name: "c", text: "{ version: 1, nodes: [] }", kind: "cluster-file" },
    {
      what: "a cluster file in JSON",
      name: "c.json",
      text: `{"version":1,"nodes":[]}`,
      kind: "cluster-file",
    },
    { what: "YAML that is all wrong", name: "c.yml", text: "verion: 1\n", kind: "cluster-file" },
  ])("$what", async ({ name, text, kind }) => {
    const path = join(folder, name);
    await writeFile(path, text);
    expect(await readKnownFile(path)).toEqual({ kind, text });
  });

  test.each([
    { what: "JSON of others", name: "x.json", text: `{"name":"x"}` },
    { what: "JSON of others named as YAML", name: "x.yaml", text: `["version"]` },
    { what: "prose", name: "README.md", text: "# Shop\n\nIts cluster.\n" },
    { what: "nothing at all", name: "empty", text: "" },
  ])("neither: $what", async ({ name, text }) => {
    const path = join(folder, name);
    await writeFile(path, text);
    await expect(readKnownFile(path)).rejects.toMatchObject({
      code: "unknown-file",
      message: `${path} is neither a saved plan nor a cluster file.`,
      hint: expect.stringMatching(/saved plan .*--out FILE.* cluster file .*YAML/),
    });
  });

  test.each([
    {
      what: "a snapshot",
      name: "my s.json",
      text: `{"kind":"slotctl-snapshot","version":1}`,
      next: /^A command .*: slotctl plan rebalance SEED --snapshot '.*my s\.json'$/,
    },
    {
      what: "the manifest of a backup",
      name: "manifest.json",
      text: `{"schemaVersion":1,"complete":true,"files":[],"missing":[],"uncoveredSlots":"","nodes":[],"shards":[]}`,
      next: /: slotctl backup --verify \/.*slotctl-known-\w+$/,
    },
    {
      what: "what a command printed with --json",
      name: "p.json",
      text: `{"schemaVersion":1,"command":"reshard","ok":true,"data":{}}`,
      next: /saved with --out FILE/,
    },
  ])("another file of ours: $what", async ({ what, name, text, next }) => {
    const path = join(folder, name);
    await writeFile(path, text);
    await expect(readKnownFile(path)).rejects.toMatchObject({
      code: "unknown-file",
      message: `${path} is ${what}, neither a saved plan nor a cluster file.`,
      hint: expect.stringMatching(next),
    });
  });

  test.each([
    ["apply", readKnownFile],
    ["show and undo", (path: string) => readPlanFile(path)],
    ["diff and plan", (path: string) => readWishedCluster(path)],
  ])("a file that is not there is a wrong argument to %s", async (_, read) => {
    const path = join(folder, "gone");
    const error: unknown = await read(path).catch((cause: unknown) => cause);
    expect(exitCodeOf(error)).toBe(EXIT.usage);
    expect(error).toMatchObject({ code: "bad-file", hint: expect.stringMatching(/--out|slotctl export/) });
    expect(errorMessage(error)).toMatch(`${path} cannot be read: there is no such file or directory.`);
    expect(errorMessage(error)).not.toContain("ENOENT");
  });
});

describe("what a saved plan does not take", () => {
  const none = { out: undefined, snapshot: undefined };
  test.each([
    { what: "a SEED", seed: "a:1", flags: none, typed: [], says: /^a:1 has no place here/ },
    { what: "--out", flags: { ...none, out: "x" }, typed: [], says: /^--out .*saved already\.$/ },
    {
      what: "--snapshot",
      flags: { ...none, snapshot: "x" },
      typed: [],
      says: /^--snapshot .*made already\.$/,
    },
    {
      what: "--mover",
      flags: none,
      typed: [{ type: "arg" }, { type: "flag", flag: "mover" }] as const,
      says: /^--mover was decided when the plan in p\.json was made\.$/,
    },
  ])("$what", ({ seed, flags, typed, says }) => {
    expect(() => refuseDecided({ file: "p.json", seed }, { flags, typed })).toThrow(says);
  });

  test("what says how fast it takes", () => {
    const typed = [
      { type: "flag", flag: "parallel" },
      { type: "flag", flag: "yes" },
    ] as const;
    expect(refuseDecided({ file: "p.json", seed: undefined }, { flags: none, typed })).toBeUndefined();
  });
});
