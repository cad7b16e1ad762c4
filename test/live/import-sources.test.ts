import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { type TestServer, versionLine } from "../servers/test-server.ts";
import { contentsOf, ImportGrounds, writeKinds } from "../support/import-grounds.ts";
import { rightsInDocument } from "../support/least-rights.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { eventually } from "../support/live-wait.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { endWithProcess, letGo } from "../support/servers/end-with-process.ts";
import { reservePorts } from "../support/servers/port-blocks.ts";
import { tlsFiles } from "../support/servers/tls-files.ts";

const servers = await listServers();
const tls = await tlsFiles();
const KEYS = 120;
const SECRET = "pa ss%wörd";

function serverOf(line: string): TestServer {
  const server = servers.find((found) => versionLine(found) === line);
  if (!server) throw new Error(`there is no ${line} on this machine`);
  return server;
}

describe("an import between versions", () => {
  /** A cluster of the oldest Redis, with the newest as its source; and one in the middle. */
  let old: ImportGrounds;
  let later: ImportGrounds;

  beforeAll(async () => {
    [old, later] = await Promise.all([
      ImportGrounds.start({
        server: serverOf("redis 6.0"),
        primaries: 2,
        sources: 1,
        sourceServer: serverOf("redis 8.6"),
      }),
      ImportGrounds.start({ server: serverOf("redis 7.0"), primaries: 1, sources: 1 }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([old[Symbol.asyncDispose](), later[Symbol.asyncDispose]()]);
  });

  test("from a newer server than the cluster is refused before anything has moved", async () => {
    await old.source().set("key", "value");
    const { document } = await slotctlJson(["import", old.seed, "--from", old.from(), "--yes"], { exits: 7 });
    expect(document.error).toMatchObject({ code: "payload-not-understood" });
    expect(await old.source().dbsize()).toBe(1);
    expect(await old.contents()).toEqual({});
  });

  test("takes all primaries of an older cluster, and finds the same values again in their new form", async () => {
    await writeKinds(later.source(), KEYS);
    await slotctlJson(["import", old.seed, "--from", later.from(), "--copy", "--yes"], { exits: 7 });
    await later.clear();
    const client = old.cluster.client(0);
    const slots = await old.cluster.slotsOf(0);
    const names = Array.from({ length: 400 }, (_, index) => `name:${index}`);
    const own = names.filter((name) => slots.has(keySlot(name)));
    const other = names.filter((name) => !slots.has(keySlot(name)));
    await Promise.all(own.map((name, index) => client.hset(name, "field", String(index))));
    await Promise.all(own.slice(0, 50).map((name) => client.pexpire(name, 3_600_000)));
    await Promise.all(other.map((name) => old.cluster.client(1).zadd(name, 1, "a", 2, "b")));
    const command = ["import", later.seed, "--from", old.cluster.address(1), "--yes"];
    const copied = await slotctlJson([...command, "--copy", "--verify"]);
    expect(copied.document.data["imported"]).toMatchObject({ written: names.length, verified: names.length });
    const moved = await slotctlJson(command);
    expect(moved.document.data["imported"]).toMatchObject({ identical: names.length, taken: names.length });
    expect(await old.contents()).toEqual({});
    const ttl = await later.cluster.client(0).pttl(own[0] ?? "");
    expect(ttl).toBeGreaterThan(3_000_000);
    expect(Object.keys(await later.contents())).toHaveLength(names.length);
  });

  test("asks a Sentinel for the primary that it watches", async () => {
    await later.clear();
    await writeKinds(later.source(), KEYS);
    const before = await contentsOf(later.source());
    await using sentinel = await startSentinel(serverOf("redis 7.0"), later.sourceNode());
    const unknown = await slotctlJson(
      ["import", later.seed, "--from", `sentinel://${sentinel.address}/other`, "--yes"],
      { exits: 2 },
    );
    expect(unknown.document.error).toMatchObject({ code: "unknown-primary" });
    await slotctlJson(["import", later.seed, "--from", `sentinel://${sentinel.address}/watched`, "--yes"]);
    expect(await later.contents()).toEqual(before);
    expect(await later.source().dbsize()).toBe(0);
  });

  test.each([
    { name: "a copy", flags: ["--cluster-copy"], left: KEYS },
    { name: "a move", flags: [], left: 0 },
  ])("$name in redis-cli's grammar", async ({ flags, left }) => {
    await later.clear();
    await writeKinds(later.source(), KEYS);
    const before = await contentsOf(later.source());
    const command = ["--cluster", "import", later.seed, "--cluster-from", later.from(), ...flags];
    const result = await runSlotctl(command);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.stdout).toContain(`*** Importing ${KEYS} keys from DB 0`);
    expect(await later.contents()).toEqual(before);
    expect(await later.source().dbsize()).toBe(left);
  });
});

/** Rights on newer servers: access-rights.test.ts; this is the oldest that knows PEXPIRETIME. */
describe("an import with TLS and ACL users on redis 7.0", () => {
  test("needs no more rights than docs/security.md names", async () => {
    const password = JSON.stringify(SECRET);
    const secret = {
      ca: readFileSync(tls.caFile),
      cert: readFileSync(tls.clientCertFile),
      key: readFileSync(tls.clientKeyFile),
    };
    const rights = await rightsInDocument();
    const rulesOf = (line: string) => `on ${rights.get(line)?.join(" ")} ">${SECRET}"`;
    const start = (user: string) => ({
      tls,
      config: { requirepass: password, masterauth: password, user },
    });
    await using grounds = await ImportGrounds.start({
      server: serverOf("redis 7.0"),
      primaries: 1,
      sources: 1,
      source: start(`reader ${rulesOf("import-move")}`),
      sourceRedis: { password: SECRET, tls: secret },
      cluster: {
        start: start(`writer ${rulesOf("import")}`),
        redis: { password: SECRET, tls: secret },
        env: TLS_ENV,
      },
    });
    await writeKinds(grounds.source(), KEYS);
    const before = await contentsOf(grounds.source());
    const command = ["import", grounds.seed, "--from", grounds.from(), "--yes", "--verify"];
    const env = { ...TLS_ENV, SLOTCTL_USER: "writer" };
    const denied = await runSlotctl(command, { env });
    expect(denied.exitCode).toBe(4);
    const result = await runSlotctl([...command, "--from-tls", "--from-user", "reader"], {
      env: {
        ...env,
        SLOTCTL_FROM_PASSWORD: SECRET,
        SLOTCTL_FROM_CACERT: tls.caFile,
        SLOTCTL_FROM_CERT: tls.clientCertFile,
        SLOTCTL_FROM_KEY: tls.clientKeyFile,
      },
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("✗") as string });
    expect(`${result.stdout}${result.stderr}`).not.toContain("wörd");
    expect(await grounds.contents()).toEqual(before);
    expect(await grounds.source().dbsize()).toBe(0);
  });
});

const TLS_ENV = {
  SLOTCTL_TLS: "1",
  SLOTCTL_CACERT: tls.caFile,
  SLOTCTL_CERT: tls.clientCertFile,
  SLOTCTL_KEY: tls.clientKeyFile,
  SLOTCTL_PASSWORD: SECRET,
};

/** A Sentinel that watches a server under the name `watched`. */
async function startSentinel(
  server: TestServer,
  watched: { readonly host: string; readonly port: number },
): Promise<AsyncDisposable & { readonly address: string }> {
  const reserved = await reservePorts(1, "127.0.0.1");
  const port = Number(reserved.ports[0]);
  const dir = await mkdtemp(join(await realpath(tmpdir()), "slotctl-sentinel-"));
  const file = join(dir, "sentinel.conf");
  const monitor = `sentinel monitor watched ${watched.host} ${watched.port} 1`;
  await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir ${JSON.stringify(dir)}\n${monitor}\n`);
  const child = spawn(server.serverPath, [file, "--sentinel"], { stdio: "ignore" });
  const owned = { dir, endNow: () => void child.kill("SIGKILL") };
  endWithProcess(owned);
  const address = `127.0.0.1:${port}`;
  await eventually(
    async () => await answers(port),
    (isUp) => isUp,
    { what: "a Sentinel that answers" },
  );
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      letGo(owned);
      await rm(dir, { recursive: true, force: true });
      await reserved.release();
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
