import { type AddressInfo, createServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { startNodes } from "../support/servers/start-nodes.ts";
import { faultsIn } from "../support/schema-faults.ts";

const server = await oneServer();
const DEAD = "127.0.0.1:1";

/** Wrong in itself: no node is asked. */
const USAGE: readonly { what: string; args: string[]; command?: string }[] = [
  { what: "an unknown command", args: ["nosuch"] },
  { what: "two words that are no command", args: ["nosuch", "thing"] },
  { what: "an unknown command of a topic", args: ["local", "nosuch"] },
  { what: "an unknown flag", args: ["check", DEAD, "--nosuch"], command: "check" },
  { what: "an unknown short flag", args: ["check", DEAD, "-x"], command: "check" },
  { what: "a missing argument", args: ["check"], command: "check" },
  { what: "an argument too many", args: ["check", DEAD, DEAD], command: "check" },
  { what: "a missing flag", args: ["reshard", DEAD, "--slots", "1"], command: "reshard" },
  { what: "a flag without its value", args: ["check", DEAD, "--timeout"], command: "check" },
  { what: "a value that is no choice", args: ["rebalance", DEAD, "--mover", "lorry"], command: "rebalance" },
  { what: "a progress that is no choice", args: ["check", DEAD, "--progress", "loud"], command: "check" },
  { what: "a number that is none", args: ["create", DEAD, "--replicas", "x"], command: "create" },
  { what: "a number that is too small", args: ["rebalance", DEAD, "--parallel", "0"], command: "rebalance" },
  { what: "a seed without a port", args: ["check", "localhost"], command: "check" },
  { what: "a port that cannot be", args: ["check", "localhost:70000"], command: "check" },
  { what: "a seed with a path", args: ["check", "redis://localhost:7000/x"], command: "check" },
  { what: "an empty seed", args: ["check", ""], command: "check" },
  { what: "a timeout of nothing", args: ["check", DEAD, "--timeout", "0"], command: "check" },
  { what: "a map that is none", args: ["check", DEAD, "--map", "a"], command: "check" },
  { what: "two ways to force", args: ["failover", DEAD, DEAD, "--force", "--takeover"], command: "failover" },
  { what: "a threshold that is none", args: ["rebalance", DEAD, "--threshold", "x"], command: "rebalance" },
  { what: "call without dashes", args: ["call", DEAD, "PING"], command: "call" },
  { what: "a role that is no choice", args: ["call", DEAD, "--only", "masters"], command: "call" },
  { what: "a node timeout that is none", args: ["set-timeout", DEAD, "5s"], command: "set-timeout" },
  { what: "add-node without a cluster", args: ["add-node", DEAD], command: "add-node" },
];

describe("what is wrong in itself", () => {
  test.each(USAGE)("$what ends with exit code 2, said in words and in JSON", async ({ args, command }) => {
    const [text, json] = await Promise.all([runSlotctl(args), runSlotctl([...args, "--json"])]);
    expect(text).toMatchObject({ exitCode: 2, stdout: "" });
    expect(text.stderr).toMatch(/^✗ ./);
    expect(text.stderr).not.toMatch(/^\s+at /m);
    expect(json).toMatchObject({ exitCode: 2, stderr: "" });
    expect(faultsIn("envelope", json.json())).toEqual([]);
    expect(json.json()).toMatchObject({ schemaVersion: 1, ok: false, ...(command ? { command } : {}) });
    expect(json.json().error?.message).not.toContain("See more help");
  });

  test("--json in front of the command, and from the environment", async () => {
    const [inFront, fromEnv] = await Promise.all([
      runSlotctl(["--json", "check", DEAD]),
      runSlotctl(["check", DEAD], { env: { SLOTCTL_JSON: "1" } }),
    ]);
    expect(inFront.json()).toMatchObject({
      command: "check",
      ok: false,
      error: { code: "node-unreachable" },
    });
    expect(fromEnv.json()).toEqual(inFront.json());
  });
});

describe("what a cluster answers to", () => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each([
    { what: "nothing to do", exitCode: 0, args: () => ["rebalance", cluster.seed, "--yes"] },
    { what: "a look", exitCode: 0, args: () => ["info", cluster.seed] },
    { what: "an unknown node", exitCode: 2, args: () => ["failover", cluster.seed, "ffffffff", "--yes"] },
    {
      what: "a prefix that is too short",
      exitCode: 2,
      args: () => ["del-node", cluster.seed, "abc", "--yes"],
    },
    { what: "nobody at the seed", exitCode: 4, args: () => ["info", DEAD] },
    {
      what: "a primary with slots",
      exitCode: 7,
      args: () => ["del-node", cluster.seed, cluster.address(1), "--yes"],
    },
    { what: "nobody to ask", exitCode: 7, args: () => moving() },
    {
      what: "nobody to ask at for a password",
      exitCode: 7,
      args: () => ["info", cluster.seed, "--ask-password"],
    },
  ])("$what: exit code $exitCode, with one JSON document", async ({ exitCode, args }) => {
    const [text, json] = await Promise.all([runSlotctl(args()), runSlotctl([...args(), "--json"])]);
    expect([text.exitCode, json.exitCode]).toEqual([exitCode, exitCode]);
    expect(faultsIn("envelope", json.json())).toEqual([]);
    expect(json.json().ok).toBe(exitCode === 0);
    expect(`${text.stdout}${text.stderr}${json.stdout}${json.stderr}`).not.toMatch(/^\s+at /m);
  });

  const moving = () => ["reshard", cluster.seed, "--from", "all", "--to", cluster.seed, "--slots", "10"];

  test("without a terminal the question is not asked, and the flag is named", async () => {
    const before = await cluster.slotCounts();
    const result = await runSlotctl([...moving(), "--json"], { input: "y\n" });
    expect(result.json()).toMatchObject({
      error: { code: "needs-yes", hint: expect.stringContaining("--yes") },
    });
    // What would have been asked about is to be seen all the same.
    expect(result.stderr).toContain("10 slots move");
    expect(result.json()).toMatchObject({ data: { plan: { command: "reshard" }, applied: 0 } });
    expect(await cluster.slotCounts()).toEqual(before);
  });

  test("problems that are errors: exit code 3, and the document is a success all the same", async () => {
    const slot = 5;
    await cluster.client(0).call("CLUSTER", "DELSLOTS", slot);
    const result = await runSlotctl(["check", cluster.seed, "--json"]);
    await cluster.client(0).call("CLUSTER", "ADDSLOTS", slot);
    expect(result).toMatchObject({ exitCode: 3 });
    expect(result.json()).toMatchObject({ ok: true, data: { state: "problems" } });
  });

  test("a port that answers nothing: exit code 4, once the timeout is over", async () => {
    const mute = createServer(() => undefined).listen(0, "127.0.0.1");
    onTestFinished(() => void mute.close());
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const silent = await runSlotctl(["info", `127.0.0.1:${port}`, "--timeout", "0.3", "--json"]);
    expect(silent).toMatchObject({ exitCode: 4 });
    expect(silent.json()).toMatchObject({ error: { code: "node-silent", node: `127.0.0.1:${port}` } });
    expect(silent.ms).toBeLessThan(5000);
  });

  test("a deadline that passes: exit code 8, and the same command again goes on", async () => {
    await using running = await startNodes({ server, count: 3 });
    const create = ["create", ...running.nodes.map(({ address }) => address), "--yes", "--json"];
    // Nodes never get to know each other as fast as that.
    const late = await runSlotctl([...create, "--wait", "0.01"]);
    expect(late).toMatchObject({ exitCode: 8 });
    expect(late.json()).toMatchObject({ ok: false, error: { hint: expect.stringContaining("again") } });
    expect(faultsIn("envelope", late.json())).toEqual([]);
    expect(await runSlotctl(create)).toMatchObject({ exitCode: 0 });
  });
});
