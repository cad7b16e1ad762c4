import { join } from "node:path";
import { mkdir, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLAGS, IDLE_FLAGS, IDLE_SETTINGS, SETTINGS } from "../../src/drop-in/option-table.ts";
import { isSubcommand } from "../../src/drop-in/subcommand-names.ts";
import { listServers } from "../servers/list-servers.ts";
import { runProgram } from "../servers/run-program.ts";
import { startStandalone } from "../support/import-grounds.ts";
import { nodeAt } from "../support/live-cluster.ts";
import { ask, askAll, configOf, linesOf, selfOf } from "../support/live-node.ts";
import { eventually } from "../support/live-wait.ts";
import { type Twin, Twins } from "../support/drop-in-twins.ts";

const all = await listServers();
const newest = (["redis", "valkey"] as const).flatMap(
  (engine) => all.filter((server) => server.engine === engine).at(-1) ?? [],
);
/** What the CLI says and does that is its own way of doing it. */
const ITS_OWN = /Trying to optimize|FUNCTION RESTORE|Removing node|RESET SOFT|FORGET/;

const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";

/** A user of the server that keys are imported from, beside the default one, which has no password. */
const MOVER = ["--cluster-from-user", "mover"];
const MOVER_RIGHTS = ["ACL", "SETUSER", "mover", "on", ">secret", "~*", "&*", "+@all"];

type Line = (twin: Twin) => readonly string[] | Promise<readonly string[]>;

/** In the order of a cluster's life: each goes on from what the one before it has left. */
const STEPS: readonly {
  readonly what: string;
  readonly line: Line;
  readonly input?: string;
  /** Where the other engine's CLI has it not, or takes seconds for what it shares with another step. */
  readonly only?: "redis" | "valkey";
  /** Done to both sets of nodes before. */
  readonly before?: (twin: Twin) => Promise<unknown>;
  /** Where the CLI's exit code is a defect. */
  readonly exits?: { readonly cli: number; readonly ours: number };
}[] = [
  {
    what: "create --cluster-replicas",
    line: (t) => ["--cluster", "create", ...sixOf(t), "--cluster-replicas", "1"],
    input: "yes\n",
  },
  {
    what: "create on nodes that are in use",
    line: (t) => ["--cluster", "create", t.at(0), t.at(1), t.at(2)],
  },
  { what: "check", line: (t) => ["--cluster", "check", t.at(0)] },
  {
    what: "check --cluster-search-multiple-owners, host and port apart",
    line: (t) => ["--cluster", "check", ...t.at(0).split(":"), "--cluster-search-multiple-owners"],
  },
  { what: "info, from a replica", line: (t) => ["--verbose", "--cluster", "info", t.at(5)] },
  { what: "call", line: (t) => ["--cluster", "call", t.at(0), "config", "get", "maxmemory"] },
  {
    what: "call --cluster-only-masters",
    line: (t) => ["--cluster", "call", t.at(0), "ping", "--cluster-only-masters"],
  },
  {
    what: "call --cluster-only-replicas of what fails",
    line: (t) => ["--cluster", "call", t.at(0), "get", "foo", "--cluster-only-replicas"],
    exits: { cli: 0, ours: 1 },
  },
  { what: "-x call", line: (t) => ["-x", "--cluster", "call", t.at(0), "echo"], input: "word" },
  {
    what: "-X call",
    line: (t) => ["-X", "TAG", "--cluster", "call", t.at(0), "echo", "TAG"],
    input: "word",
  },
  { what: "set-timeout", line: (t) => ["--cluster", "set-timeout", t.at(0), "3000"] },
  { what: "set-timeout, too short", only: "redis", line: (t) => ["--cluster", "set-timeout", t.at(0), "99"] },
  { what: "add-node", line: (t) => ["--cluster", "add-node", t.at(6), t.at(0)] },
  { what: "rebalance without need", line: (t) => ["--cluster", "rebalance", t.at(0)] },
  {
    what: "rebalance --cluster-simulate",
    line: (t) => ["--cluster", "rebalance", t.at(0), "--cluster-use-empty-masters", "--cluster-simulate"],
  },
  {
    what: "reshard --cluster-from ID",
    line: async (t) => [...reshard(t), ...(await between(t, 0, 6)), "--cluster-slots", "20", "--cluster-yes"],
  },
  {
    what: "reshard --cluster-from all --cluster-timeout --cluster-pipeline --cluster-replace",
    line: async (t) => [
      ...reshard(t),
      "--cluster-from",
      "all",
      "--cluster-to",
      await t.id(6),
      "--cluster-slots",
      "3",
      "--cluster-yes",
      "--cluster-timeout",
      "5000",
      "--cluster-pipeline",
      "5",
      "--cluster-replace",
    ],
  },
  {
    what: "reshard answered with no",
    line: async (t) => [...reshard(t), ...(await between(t, 0, 6)), "--cluster-slots", "20"],
    input: "no\n",
  },
  {
    what: "reshard with yes as its answer",
    line: async (t) => [...reshard(t), ...(await between(t, 6, 0)), "--cluster-slots", "7"],
    input: "yes\n",
  },
  {
    what: "reshard to a node that is not there",
    only: "redis",
    line: (t) => [...reshard(t), "--cluster-from", "all", "--cluster-to", "nope", "--cluster-slots", "7"],
  },
  {
    what: "rebalance --cluster-weight --cluster-threshold --cluster-timeout --cluster-pipeline --cluster-replace",
    line: async (t) => {
      const weights = [`${await t.id(6)}=.03`, `${await t.id(1)}=.97`];
      const mover = ["--cluster-timeout", "5000", "--cluster-pipeline", "5", "--cluster-replace"];
      const threshold = ["--cluster-threshold", "1"];
      return ["--cluster", "rebalance", t.at(0), "--cluster-weight", ...weights, ...threshold, ...mover];
    },
  },
  {
    what: "rebalance of a node that is not there",
    only: "redis",
    line: (t) => ["--cluster", "rebalance", t.at(0), "--cluster-weight", "nope=1"],
  },
  {
    what: "add-node --cluster-slave --cluster-master-id",
    line: async (t) => [
      "--cluster",
      "add-node",
      t.at(7),
      t.at(0),
      "--cluster-slave",
      "--cluster-master-id",
      await t.id(6),
    ],
  },
  {
    what: "add-node of a node that holds functions",
    before: (t) => t.send(8, "FUNCTION", "LOAD", LIBRARY),
    line: (t) => ["--cluster", "add-node", t.at(8), t.at(0)],
  },
  {
    what: "check of open slots",
    before: async (t) => {
      const [from, to] = await Promise.all([t.id(0), t.id(1)]);
      await t.send(1, "CLUSTER", "SETSLOT", 100, "IMPORTING", from);
      await t.send(0, "CLUSTER", "SETSLOT", 100, "MIGRATING", to);
    },
    line: (t) => ["--cluster", "check", t.at(0)],
  },
  {
    what: "fix --cluster-search-multiple-owners",
    line: (t) => ["--cluster", "fix", t.at(0), "--cluster-search-multiple-owners"],
  },
  {
    what: "fix --cluster-fix-with-unreachable-masters of what is whole",
    line: (t) => ["--cluster", "fix", t.at(0), "--cluster-fix-with-unreachable-masters"],
  },
  {
    what: "del-node of a node that has slots",
    line: async (t) => ["--cluster", "del-node", t.at(0), await t.id(1)],
  },
  {
    what: "del-node of a node that is not there",
    only: "redis",
    line: (t) => ["--cluster", "del-node", t.at(0), "nope"],
  },
  { what: "del-node of a replica", line: async (t) => ["--cluster", "del-node", t.at(0), await t.id(7)] },
  {
    what: "add-node --cluster-slave",
    before: (t) => t.send(8, "FUNCTION", "FLUSH"),
    line: (t) => ["--cluster", "add-node", t.at(8), t.at(0), "--cluster-slave"],
  },
  {
    what: "reshard --cluster-use-atomic-slot-migration",
    line: async (t) => [
      ...reshard(t),
      ...(await between(t, 0, 1)),
      "--cluster-slots",
      "5",
      "--cluster-yes",
      "--cluster-use-atomic-slot-migration",
    ],
    only: "valkey",
  },
  { what: "help", line: () => ["--cluster", "help"], exits: { cli: 1, ours: 0 } },
  { what: "a subcommand that is none", only: "redis", line: (t) => ["--cluster", "nope", t.at(0)] },
  { what: "too few arguments", only: "redis", line: (t) => ["--cluster", "add-node", t.at(0)] },
  { what: "an option that is none", only: "redis", line: (t) => ["--cluster", "info", t.at(0), "--bogus"] },
];

describe.each(newest)("beside the CLI of $engine $version", (server) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.start(server, 9);
  });
  afterAll(() => twins[Symbol.asyncDispose]());

  test.each(STEPS.filter(({ only = server.engine }) => only === server.engine))(
    "$what",
    async ({ line, input, before, exits }) => {
      if (before) await twins.both(before);
      const { cli, ours } = await twins.run(line, input);
      const exitCodes = { cli: cli.exitCode, ours: ours.exitCode };
      expect(exitCodes, `${cli.stdout}${cli.stderr}\n---\n${ours.stdout}${ours.stderr}`).toEqual(
        exits ?? { cli: cli.exitCode, ours: cli.exitCode },
      );
      const [shape, wanted] = await Promise.all([twins.ours.shape(), twins.cli.shape()]);
      const inOurs = twins.ours.markersIn(ours.stdout);
      const inCli = twins.cli.markersIn(cli.stdout);
      const missing = inCli.filter((marker) => !inOurs.includes(marker) && !ITS_OWN.test(marker));
      const printed = missing.length > 0 ? ours.stdout : "";
      expect({ missing, printed }).toEqual({ missing: [], printed: "" });
      expect(shape.parts).toEqual(wanted.parts);
      // Of a slot that is left over by rounding each has its own idea.
      const apart = shape.slots.map((count, index) => Math.abs(count - (wanted.slots[index] ?? 0)));
      expect(
        Math.max(...apart),
        `${shape.slots.join(" ")} and ${wanted.slots.join(" ")}`,
      ).toBeLessThanOrEqual(1);
      expect(ours.exitCode === 0 ? ours.stderr : "").toBe("");
    },
  );

  test("create with two primaries", async () => {
    await using few = await Twins.start(server, 2);
    const { cli, ours } = await few.run(
      (twin) => ["--cluster", "create", twin.at(0), twin.at(1)],
      "yes\nyes\n",
    );
    expect(ours.exitCode).toBe(cli.exitCode);
    const [shape, wanted] = await Promise.all([few.ours.shape(), few.cli.shape()]);
    expect(shape).toEqual(wanted);
  });

  test("set-timeout has reached every node of both", async () => {
    const values = [0, 1, 2, 3, 4, 5].map((index) =>
      Promise.all([twins.cli, twins.ours].map((twin) => configOf(twin.node(index), "cluster-node-timeout"))),
    );
    expect((await Promise.all(values)).flat()).toEqual(Array.from({ length: 12 }, () => "3000"));
  });

  test("backup", async () => {
    const directory = (twin: Twin) => join(twin.node(0).dir, "backup");
    await twins.both((twin) => mkdir(directory(twin)));
    const { cli, ours } = await twins.run((twin) => ["--cluster", "backup", twin.at(0), directory(twin)]);
    expect([cli.exitCode, ours.exitCode, ours.stderr]).toEqual([0, 0, ""]);
    const named = async (twin: Twin) =>
      (await readdir(directory(twin))).map((name) => name.replace(/\d{4,5}-[0-9a-f]{40}/, "node")).sort();
    const files = await named(twins.ours);
    expect(files.filter((name) => name !== "manifest.json")).toEqual(await named(twins.cli));
  });

  test.each([
    { flags: ["--cluster-copy", ...MOVER, "--cluster-from-pass", "secret"], input: undefined, left: 50 },
    { flags: ["--cluster-replace", ...MOVER, "--cluster-from-askpass"], input: "secret\n", left: 0 },
  ])("import $flags leaves both clusters with the same keys", async ({ flags, input, left }) => {
    await using sources = await startStandalone(server, 2);
    const sourceOf = (twin: Twin) => nodeAt(sources.nodes, twin === twins.cli ? 0 : 1);
    const names = Array.from({ length: 50 }, (_, index) => `imported:${index}`);
    await twins.both((twin) =>
      askAll(sourceOf(twin), [...names.map((name) => ["SET", name, `of ${name}`]), MOVER_RIGHTS]),
    );
    const line = (twin: Twin) => [...importInto(twin), "--cluster-from", sourceOf(twin).address, ...flags];
    const { cli, ours } = await twins.run(line, input);
    expect([cli.exitCode, ours.exitCode, ours.stderr]).toEqual([0, 0, ""]);
    expect(ours.stdout).toContain("*** Importing 50 keys from DB 0");
    const kept = await Promise.all(sources.nodes.map((node) => ask(node, "DBSIZE")));
    expect(kept).toEqual([left, left]);
    const [mine, theirs] = await Promise.all([twins.ours, twins.cli].map((twin) => importedIn(twin)));
    expect(mine).toEqual(names.toSorted());
    expect(theirs).toEqual(mine);
  });

  test("import without a source, from one that is not there or with a wrong password fails as the CLI does", async () => {
    await using sources = await startStandalone(server, 1);
    const source = nodeAt(sources.nodes, 0);
    await askAll(source, [MOVER_RIGHTS]);
    const wrong = ["--cluster-from", source.address, ...MOVER, "--cluster-from-pass", "wrong"];
    for (const from of [[], ["--cluster-from", "127.0.0.1:1"], wrong]) {
      const { cli, ours } = await twins.run((twin) => [...importInto(twin), ...from]);
      expect(ours.exitCode).toBe(cli.exitCode);
      expect(ours.exitCode).toBe(1);
    }
  });

  test("each subcommand and each of its options that the CLI's help names was given to both", async () => {
    const { stdout } = await runProgram(server.cliPath, ["--cluster", "help"]);
    const named = subcommandsIn(stdout);
    expect(named.size).toBeGreaterThan(12);
    const given = (name: string, option: string) =>
      twins.lines.some((line) => line[line.indexOf("--cluster") + 1] === name && line.includes(option));
    // valkey-cli takes another one than its help says.
    const meant = (option: string) => option.replace("--cluster-primaries-id", "--cluster-primary-id");
    const missing = [...named].flatMap(([name, options]) =>
      ["--cluster", ...options]
        .filter((option) => !given(name, meant(option)))
        .map((each) => `${name} ${each}`),
    );
    expect(missing).toEqual([]);
    expect([...named.keys()].filter((name) => !isSubcommand(name))).toEqual([]);
  });

  // One engine: the nodes take seconds until they say that one of them has failed.
  test.each([server].filter(({ engine }) => engine === "redis"))(
    "fix --cluster-fix-with-unreachable-masters of the slots of a primary that is gone with its replica",
    async () => {
      const killed = async (twin: Twin) => {
        await Promise.all([6, 8].map((index) => twin.node(index).kill()));
        await eventually(
          () => linesOf(twin.node(0)),
          (lines) => lines.some(({ flags, slots }) => flags.includes("fail") && slots.size > 0),
          { what: "a primary that has failed" },
        );
      };
      await twins.both(killed);
      const fix = (twin: Twin) => ["--cluster", "fix", twin.at(0)];
      const given = (twin: Twin) => [...fix(twin), "--cluster-fix-with-unreachable-masters"];
      const codes = async (line: Line, input?: string) => {
        const { cli, ours } = await twins.run(line, input);
        return [cli.exitCode, ours.exitCode];
      };
      expect(await codes(fix)).toEqual([1, 1]);
      expect(await codes((twin) => [...given(twin), "--cluster-yes"], "no\n")).toEqual([1, 1]);
      expect(await codes(given, "yes\n")).toEqual([0, 0]);
      const held = async (twin: Twin) => {
        const counts = await Promise.all(
          [0, 1, 2].map(async (index) => (await selfOf(twin.node(index))).slots.size),
        );
        return counts.reduce((sum, count) => sum + count, 0);
      };
      expect([await held(twins.cli), await held(twins.ours)]).toEqual([16_384, 16_384]);
    },
  );

  test("takes every option that the CLI's help names", async () => {
    const texts = [["--cluster", "help"], ["--help"]].map((args) => runProgram(server.cliPath, args));
    const help = (await Promise.all(texts)).map(({ stdout, stderr }) => stdout + stderr).join("\n");
    const named = new Set(help.match(/^ +--?[a-zA-Z0-9][a-z0-9-]*/gm)?.map((option) => option.trim()));
    expect(named.size).toBeGreaterThan(60);
    const known = new Set([...Object.keys({ ...FLAGS, ...SETTINGS }), ...IDLE_FLAGS, ...IDLE_SETTINGS]);
    const readApart = ["-x", "-X", "--cluster", "--help", "--version", "--cluster-weight"];
    expect([...named].filter((option) => !known.has(option)).sort()).toEqual(readApart.sort());
  });
});

function sixOf(twin: Twin): string[] {
  return [0, 1, 2, 3, 4, 5].map((index) => twin.at(index));
}

function importInto(twin: Twin): string[] {
  return ["--cluster", "import", twin.at(0)];
}

/** What `--cluster help` lists: subcommands at the margin, their options below them. */
function subcommandsIn(help: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [, name, option] of help.matchAll(/^(?: {2}([a-z][a-z-]*) {2,}| {17}(--[a-z-]+))/gm)) {
    if (name !== undefined) found.set(name, []);
    else if (option !== undefined) [...found.values()].at(-1)?.push(option);
  }
  return found;
}

function reshard(twin: Twin): string[] {
  return ["--cluster", "reshard", twin.at(0)];
}

async function between(twin: Twin, from: number, to: number): Promise<string[]> {
  return ["--cluster-from", await twin.id(from), "--cluster-to", await twin.id(to)];
}

/** The imported keys that any node has, replicas among them. */
async function importedIn(twin: Twin): Promise<string[]> {
  const found = await Promise.all(
    Array.from(
      { length: 9 },
      async (_, index) => (await ask(twin.node(index), "KEYS", "imported:*")) as string[],
    ),
  );
  return [...new Set(found.flat())].sort();
}
