import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { aFile, QUOTED_SECRET, SECRET, URI_SECRET } from "../support/access-cluster.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { everyServer, twoServers } from "../support/move-servers.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

const KEYS = 300;

describe.concurrent.each(await everyServer())("nodes with a password on $engine $version", (server) => {
  test("a cluster is formed, and keys move to nodes that want the password from each other", async () => {
    await using cluster = await MoveCluster.form({
      server,
      primaries: 2,
      start: { config: { requirepass: QUOTED_SECRET, masterauth: QUOTED_SECRET } },
      redis: { password: SECRET },
      env: { SLOTCTL_PASSWORD: SECRET },
    });
    await loadKeys({ port: cluster.port, count: KEYS, password: SECRET });
    const pair = [
      "--from",
      cluster.address(0),
      "--to",
      cluster.address(1),
      "--slots",
      "4000",
      "--mover",
      "classic",
    ];
    expect(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS, password: SECRET })).toEqual([]);
    expect(await cluster.slotctl(["check", cluster.seed])).toMatchObject({ exitCode: 0 });
  });
});

describe.each(await twoServers())("ways to give a password on $engine $version", (server) => {
  let cluster: MoveCluster;
  const info = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runSlotctl(["info", ...args, "--json"], { env });
  const uri = (user: string) => `redis://${user}:${URI_SECRET}@${cluster.seed}`;

  beforeAll(async () => {
    cluster = await MoveCluster.form({
      server,
      primaries: 2,
      start: { config: { requirepass: QUOTED_SECRET, masterauth: QUOTED_SECRET } },
      redis: { password: SECRET },
      env: { SLOTCTL_PASSWORD: SECRET },
    });
    for (const index of [0, 1]) {
      await cluster.client(index).call("ACL", "SETUSER", "ops", "on", ">ops secret", "~*", "&*", "+@all");
      await cluster.client(index).call("ACL", "SETUSER", "guest", "on", ">guest secret", "~*", "+ping");
    }
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each([
    { way: "SLOTCTL_PASSWORD", env: { SLOTCTL_PASSWORD: SECRET } },
    { way: "REDISCLI_AUTH", env: { REDISCLI_AUTH: SECRET } },
    { way: "SLOTCTL_PASSWORD before REDISCLI_AUTH", env: { SLOTCTL_PASSWORD: SECRET, REDISCLI_AUTH: "no" } },
  ])("$way", async ({ env }) => {
    expect(await info([cluster.seed], env)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test.each([
    { what: "one line", text: `${SECRET}\n` },
    { what: "no line end", text: SECRET },
    { what: "a line end of Windows and more lines", text: `${SECRET}\r\nmore\r\n` },
  ])("a password file of $what", async ({ text }) => {
    const file = await aFile(text);
    expect(await info([cluster.seed, "--password-file", file])).toMatchObject({ exitCode: 0, stderr: "" });
    const env = { SLOTCTL_PASSWORD_FILE: file };
    expect(await info([cluster.seed], env)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test.each([
    { what: "a URI", args: () => [uri("")] },
    { what: "a URI with the default user", args: () => [uri("default")] },
    { what: "a flag", args: () => [cluster.seed, "--password", SECRET] },
  ])("$what works, with a warning", async ({ args }) => {
    const result = await info(args());
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stderr).toMatch(/^Note: a password on the command line can be seen/);
  });

  test("an ACL user moves keys, for the nodes use AUTH2 between them", async () => {
    await loadKeys({ port: cluster.port, count: KEYS, password: SECRET });
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slots", "4000"];
    const env = { SLOTCTL_PASSWORD: "ops secret", SLOTCTL_USER: "ops" };
    const moved = await runSlotctl(["reshard", cluster.seed, ...pair, "--yes"], { env });
    expect(moved).toMatchObject({ exitCode: 0 });
    expect(moved.stdout).toMatch(/Moved 4,000 slots with \d+ keys/);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS, password: SECRET })).toEqual([]);
    const named = await runSlotctl(["info", cluster.seed, "--user", "ops"], {
      env: { REDISCLI_AUTH: "ops secret" },
    });
    expect(named).toMatchObject({ exitCode: 0 });
  });

  test.each([
    { what: "no password", args: [], env: {}, says: /NOAUTH/, hint: "--password-file" },
    {
      what: "a wrong password",
      args: [],
      env: { SLOTCTL_PASSWORD: "wrong" },
      says: /WRONGPASS/,
      hint: "--password-file",
    },
    {
      what: "a user without a password",
      args: ["--user", "ops"],
      env: {},
      says: /NOAUTH|password/,
      hint: "--password-file",
    },
    {
      what: "a wrong user",
      args: ["--user", "nobody"],
      env: { SLOTCTL_PASSWORD: "ops secret" },
      says: /WRONGPASS/,
      hint: "--password-file",
    },
    {
      what: "a user who may not",
      args: ["--user", "guest"],
      env: { SLOTCTL_PASSWORD: "guest secret" },
      says: /user guest may not run CLUSTER NODES \(NOPERM\)/,
      hint: "docs/security.md",
    },
  ])("$what is told as such", async ({ args, env, says, hint }) => {
    const result = await info([cluster.seed, ...args], env);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.json()).toMatchObject({
      ok: false,
      error: { code: "node-denied", node: cluster.seed, hint: expect.stringContaining(hint) },
    });
    expect(result.json().error?.message).toMatch(says);
  });

  test.each([
    { what: "that is not there", path: "/no/such/file", says: "there is no such file" },
    { what: "that is a directory", path: "/", says: "it is a directory" },
  ])("a password file $what is a usage error", async ({ path, says }) => {
    const result = await info([cluster.seed, "--password-file", path]);
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.json().error?.message).toContain(says);
  });
});

test("nodes without a password take one that is given, as redis-cli's users are used to", async () => {
  const [server] = await twoServers();
  if (!server) throw new Error("no server");
  await using cluster = await MoveCluster.form({ server, primaries: 2, env: { SLOTCTL_PASSWORD: SECRET } });
  await loadKeys({ port: cluster.port, count: KEYS });
  const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slots", "8000"];
  expect(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--yes"])).toMatchObject({ exitCode: 0 });
  expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
});
