import { mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeEveryKind } from "../support/backup-keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { everyServer } from "../support/move-servers.ts";
import { overTls } from "../support/over-tls.ts";
import { keysOf, type RestoredKey, restoreRdb } from "../support/restore-rdb.ts";
import type { SlotctlResult } from "../support/run-slotctl.ts";
import { faultsIn } from "../support/schema-faults.ts";
import { waitForReplicas } from "../support/wait-for-replicas.ts";

const SECRET = 'pa"ss wörd';
const PRIMARIES = 3;
/** A TTL is counted from when it is asked for, and asking takes a moment on a busy machine. */
const TTL_SLACK_MS = 60_000;

/** Behind TLS and a password where a server's files are sent in one way, and plain in the other. */
const cases = (await everyServer()).flatMap((server) => [
  { server, name: `${server.engine} ${server.version}, diskless`, isTls: false, diskless: "yes" },
  {
    server,
    name: `${server.engine} ${server.version}, from its disk, TLS and password`,
    isTls: true,
    diskless: "no",
  },
]);

describe.each(cases)("a backup of $name", ({ server, isTls, diskless }) => {
  let cluster: MoveCluster;
  let directory: string;
  let keys: ReadonlyMap<string, RestoredKey>;

  const backup = (...args: readonly string[]): Promise<SlotctlResult> =>
    cluster.slotctl(["backup", ...args, "--json"]);

  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "slotctl-backup-")));
    const quoted = JSON.stringify(SECRET);
    const secured = {
      start: {
        ...overTls.start,
        config: { requirepass: quoted, masterauth: quoted, "repl-diskless-sync": diskless },
      },
      redis: { ...overTls.redis, password: SECRET },
      env: { ...overTls.env, SLOTCTL_PASSWORD: SECRET },
    };
    const plain = { start: { config: { "repl-diskless-sync": diskless } } };
    cluster = await MoveCluster.form({
      server,
      primaries: PRIMARIES,
      replicas: 1,
      ...(isTls ? secured : plain),
    });
    await writeEveryKind(cluster, PRIMARIES);
    await waitForReplicas(cluster, PRIMARIES);
    const each = await Promise.all(
      Array.from({ length: PRIMARIES }, (_, index) => keysOf(cluster.client(index))),
    );
    keys = new Map(each.flatMap((found) => [...found]));
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  test.each(["auto", "primaries"] as const)("--from %s has every key, once it is restored", async (from) => {
    const target = join(directory, from);
    const result = await backup(cluster.seed, target, "--from", from);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(`${result.stdout}${result.stderr}`).not.toContain("wörd");
    const document = result.json();
    expect(faultsIn("envelope", document)).toEqual([]);
    expect(faultsIn("backup", document.data)).toEqual([]);

    const manifest = JSON.parse(await readFile(join(target, "manifest.json"), "utf8")) as Manifest;
    expect(faultsIn("manifest", manifest)).toEqual([]);
    expect(document.data["manifest"]).toEqual(manifest);
    expect(manifest).toMatchObject({ complete: true, uncoveredSlots: "", movedSlots: "", openSlots: "" });
    expect(manifest.files).toHaveLength(PRIMARIES);
    const role = from === "auto" ? "replica" : "primary";
    expect(manifest.files.map(({ source }) => source.role)).toEqual(manifest.files.map(() => role));
    expect(manifest.files.map(({ engine, version }) => ({ engine, version }))).toEqual(
      manifest.files.map(() => ({ engine: server.engine, version: server.version })),
    );
    const names = manifest.files.map(({ name }) => name);
    expect((await readdir(target)).sort()).toEqual(["manifest.json", ...names].sort());
    const modes = await Promise.all(names.map(async (name) => (await stat(join(target, name))).mode & 0o777));
    expect(modes).toEqual(names.map(() => 0o600));

    const each = await Promise.all(names.map((name) => restoreRdb(join(target, name), server)));
    const restored = new Map(each.flatMap((found) => [...found]));
    expect(differencesBetween(keys, restored)).toEqual([]);
  });

  test("--verify finds it whole, and says what has changed", async () => {
    const target = join(directory, "verified");
    expect(await backup(cluster.seed, target)).toMatchObject({ exitCode: 0 });
    const whole = await backup("--verify", target);
    expect(whole).toMatchObject({ exitCode: 0 });
    expect(faultsIn("backup-verify", whole.json().data)).toEqual([]);
    expect(whole.json().data).toMatchObject({ state: "ok", verified: { files: PRIMARIES }, problems: [] });

    const [first = ""] = (await readdir(target)).filter((name) => name.endsWith(".rdb"));
    await rm(join(target, first));
    const changed = await backup("--verify", target);
    expect(changed).toMatchObject({ exitCode: 3 });
    expect(faultsIn("backup-verify", changed.json().data)).toEqual([]);
    expect(changed.json().data).toMatchObject({
      state: "problems",
      problems: [{ code: "file-missing", severity: "error", file: first }],
    });
  });

  test("leaves the nodes as they were: no replica stays connected", async () => {
    expect(await backup(cluster.seed, join(directory, "left"), "--from", "primaries")).toMatchObject({
      exitCode: 0,
    });
    await waitForReplicas(cluster, PRIMARIES);
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

interface Manifest {
  readonly files: readonly {
    readonly name: string;
    readonly engine: string;
    readonly version: string;
    readonly source: { readonly role: string };
  }[];
}

/** The keys that are not in both, or not the same. */
function differencesBetween(
  wanted: ReadonlyMap<string, RestoredKey>,
  found: ReadonlyMap<string, RestoredKey>,
): string[] {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => {
    const [a, b] = [wanted.get(name), found.get(name)];
    if (!a || !b || a.dump !== b.dump) return true;
    return a.expiresAtMs === -1 || b.expiresAtMs === -1
      ? a.expiresAtMs !== b.expiresAtMs
      : Math.abs(a.expiresAtMs - b.expiresAtMs) > TTL_SLACK_MS;
  });
}
