import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { isAtLeast, type TestServer, versionLine } from "../servers/test-server.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { type RunningNodes, startNodes } from "../support/servers/start-nodes.ts";

const servers = await listServers();

/** The first servers that have atomic migrations, and what `auto` calls them. */
const atomic = {
  redis: { from: "8.4.0", mover: "redis-atomic" },
  valkey: { from: "9.0.0", mover: "valkey-atomic" },
} as const;

/** Engines of which this machine has a server with atomic migrations and one without. */
const mixed = (["redis", "valkey"] as const).flatMap((engine) => {
  const all = servers.filter((server) => server.engine === engine);
  const isNew = ({ version }: TestServer) => isAtLeast(version, atomic[engine].from);
  const old = all.filter((server) => !isNew(server) && versionLine(server) !== "redis 6.0").at(0);
  const fresh = all.filter(isNew).at(-1);
  return old && fresh ? [{ engine, old, fresh, mover: atomic[engine].mover }] : [];
});

/** Two owners of the older version in a cluster, two empty primaries of the newer one. */
describe.each(mixed)("a cluster of $old.version and $fresh.version ($engine)", ({ old, fresh, mover }) => {
  const started: RunningNodes[] = [];
  let addresses: string[];
  const at = (index: number) => addresses[index] ?? "";
  const reshard = (...args: string[]) => ["reshard", at(0), ...args, "--yes"];

  beforeAll(async () => {
    for (const server of [old, fresh]) started.push(await startNodes({ server, count: 2 }));
    addresses = started.flatMap(({ nodes }) => nodes.map(({ address }) => address));
    mustSucceed(await runSlotctl(["create", at(0), at(1), "--allow-few-primaries", "--yes"]));
    mustSucceed(await runSlotctl(["add-node", at(2), at(3), at(0), "--yes"]));
  });
  afterAll(() => Promise.all(started.map((nodes) => nodes.stop())));

  test("auto moves from old to new with the classic mover, and says why", async () => {
    const { data } = await slotctlJson(reshard("--to", at(2), "--from", at(0), "--slots", "40"));
    expect(data).toMatchObject({
      moved: { slots: 40, mover: "classic" },
      plan: {
        steps: [{ kind: "move-slots", mover: "classic" }],
        notes: [{ kind: "moves-classically", reason: "server-too-old", pairs: 1 }],
      },
    });
    expect(data.plan.notes[0]).toMatchObject({
      message: expect.stringMatching(`${at(0)} runs (Redis|Valkey) ${old.version}`),
    });
  });

  test("atomic is refused there, and nothing moves", async () => {
    const args = reshard("--to", at(2), "--from", at(0), "--slots", "40", "--mover", "atomic");
    const { document } = await slotctlJson(args, { exits: 7 });
    expect(document.error).toMatchObject({
      code: "atomic-unavailable",
      message: expect.stringContaining(`${at(0)} runs `),
      node: at(0),
    });
    const { nodes } = (await slotctlJson(["info", at(0)])).data;
    expect(nodes.find(({ address }) => address === at(2))?.slotCount).toBe(40);
  });

  test("in one run each pair has the mover that it can have", async () => {
    const sources = ["--from", at(1), "--from", at(2)];
    const { data } = await slotctlJson(reshard("--to", at(3), ...sources, "--slots", "8000"));
    expect(Object.fromEntries(data.plan.steps.map((step) => [step.from?.address, step.mover]))).toEqual({
      [at(1)]: "classic",
      [at(2)]: mover,
    });
    expect(data).toMatchObject({
      moved: {
        slots: 8000,
        movers: expect.arrayContaining([
          expect.objectContaining({ mover }),
          expect.objectContaining({ mover: "classic" }),
        ]),
      },
    });
  });

  test("between the new ones atomic is what was asked for", async () => {
    const args = reshard("--to", at(2), "--from", at(3), "--slots", "10", "--mover", "atomic");
    expect((await slotctlJson(args)).data).toMatchObject({ moved: { slots: 10, mover } });
  });
});

const valkey = servers
  .filter(({ engine, version }) => engine === "valkey" && isAtLeast(version, "9.0.0"))
  .at(-1);

describe.runIf(valkey)("a Valkey cluster with a password and no primaryauth", () => {
  let cluster: MoveCluster;
  const secret = { SLOTCTL_PASSWORD: "open-sesame-42" };
  const reshard = (...args: string[]) =>
    slotctlJson(
      ["reshard", cluster.seed, "--to", cluster.address(1), "--from", cluster.address(0), "--yes", ...args],
      { env: secret, exits: "anyhow" },
    );

  beforeAll(async () => {
    if (!valkey) return;
    cluster = await MoveCluster.form({
      server: valkey,
      primaries: 2,
      start: { config: { requirepass: secret.SLOTCTL_PASSWORD } },
      redis: { password: secret.SLOTCTL_PASSWORD },
      env: secret,
    });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("moves classically, refuses atomic, and names the setting", async () => {
    const refused = await reshard("--slots", "5", "--mover", "atomic");
    expect(refused.exitCode).toBe(7);
    expect(refused.document.error).toMatchObject({
      code: "atomic-unavailable",
      message: expect.stringContaining(`${cluster.address(0)} has no primaryauth`),
      hint: expect.stringContaining("CONFIG SET primaryauth"),
    });
    expect((await reshard("--slots", "5")).data).toMatchObject({
      moved: { slots: 5, mover: "classic" },
      plan: { notes: [{ kind: "moves-classically", reason: "primaryauth-missing" }] },
    });
  });

  test("moves atomically once it is set, and the secret is nowhere to be read", async () => {
    await cluster.client(0).call("CONFIG", "SET", "primaryauth", secret.SLOTCTL_PASSWORD);
    const moved = await reshard("--slots", "5");
    expect(moved.data).toMatchObject({
      moved: { slots: 5, mover: "valkey-atomic" },
      plan: { notes: [{ kind: "moves-atomically", mover: "valkey-atomic" }] },
    });
    expect(moved.stdout + moved.stderr).not.toContain(secret.SLOTCTL_PASSWORD);
  });
});
