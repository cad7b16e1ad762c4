import { appendFile, chmod } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFile } from "../support/access-cluster.ts";
import { keyIn } from "../support/live-slots.ts";
import { ask } from "../support/live-node.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

const PASSWORDS = ["of the first", 'second: "#ü\0"', "third"];

describe.each(await twoServers())("single nodes on $engine $version", (server) => {
  let cluster: MoveCluster;
  const move = (slot: number, from: number, to: number) => [
    "reshard",
    cluster.seed,
    "--from",
    cluster.address(from),
    "--to",
    cluster.address(to),
    "--slot-ranges",
    String(slot),
    "--mover",
    "classic",
    "--yes",
  ];

  beforeAll(async () => {
    const config = { unixsocket: "node.sock" };
    cluster = await MoveCluster.form({ server, primaries: 3, start: { config } });
    await cluster.client(0).set(keyIn(10), "travels");
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("a seed by its socket, which its node is reached over", async () => {
    const socket = join(cluster.node(0).dir, "node.sock");
    const result = await runSlotctl(["info", socket, "--json"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    const { nodes } = result.json().data as { nodes: { address: string; reachable: boolean }[] };
    expect(nodes.map(({ address }) => address)).toEqual([0, 1, 2].map((index) => cluster.address(index)));
    expect(nodes.every(({ reachable }) => reachable)).toBe(true);
    const given = ["--from", cluster.address(0), "--to", cluster.address(1), "--slot-ranges", "10", "--yes"];
    mustSucceed(await runSlotctl(["reshard", `unix://${socket}`, ...given, "--mover", "classic"]));
    expect(await cluster.client(1).get(keyIn(10))).toBe("travels");

    const joining = await runSlotctl(["add-node", socket, cluster.seed, "--json"]);
    expect(joining).toMatchObject({ exitCode: 2 });
    expect(joining.json().error?.message).toContain(`${socket} is a Unix socket`);
    const nobody = await runSlotctl(["info", "/no/such.sock", "--json"]);
    expect(nobody).toMatchObject({ exitCode: 4 });
    expect(nobody.json().error?.message).toMatch(
      /^\/no\/such\.sock cannot be reached: there is no such socket/,
    );
  });

  test("passwords of their own, in a file", async () => {
    await Promise.all(
      PASSWORDS.map((password, index) => cluster.client(index).config("SET", "requirepass", password)),
    );
    try {
      const entries = PASSWORDS.map((password, index) => [cluster.address(index), { password }] as const);
      const file = await aFile(JSON.stringify(Object.fromEntries(entries)));
      await chmod(file, 0o600);
      const env = { SLOTCTL_CREDENTIALS_FILE: file };
      expect(await cluster.slotctl(["check", cluster.seed], { env })).toMatchObject({ exitCode: 0 });
      mustSucceed(await cluster.slotctl(move(10, 1, 2), { env }));
      expect(await cluster.client(2).get(keyIn(10))).toBe("travels");

      const oneWrong = await aFile(JSON.stringify(Object.fromEntries(entries.slice(0, 2))));
      const args = ["rebalance", cluster.seed, "--credentials-file", oneWrong, "--json"];
      const refused = await runSlotctl(args, { env: { SLOTCTL_PASSWORD: "wrong" } });
      expect(refused).toMatchObject({ exitCode: 7 });
      expect(refused.json().error?.message).toContain(cluster.address(2));
      expect(refused.stderr).toMatch(/^Note: .* can be read by others/);
      expect(`${refused.stdout}${refused.stderr}`).not.toContain("of the first");
    } finally {
      await Promise.all([0, 1, 2].map((index) => cluster.client(index).config("SET", "requirepass", "")));
    }
  });

  test("a user without a right on one node only", async () => {
    const setUser = (index: number, rule: string) =>
      cluster.client(index).call("ACL", "SETUSER", "ops", "reset", "on", "nopass", "~*", "+@all", rule);
    await Promise.all([0, 1, 2].map((index) => setUser(index, index === 1 ? "-cluster|setslot" : "+@all")));
    const before = await cluster.slotCounts();
    const result = await cluster.slotctl([...move(11, 0, 1), "--user", "ops", "--json"]);
    expect(result).toMatchObject({ exitCode: 7 });
    expect(result.json().error).toMatchObject({
      code: "denied",
      node: cluster.address(1),
      message: expect.stringContaining(`${cluster.address(1)}: user ops may not run CLUSTER SETSLOT`),
      hint: expect.stringContaining("ACL SETUSER ops +cluster|setslot"),
    });
    expect(await cluster.slotCounts()).toEqual(before);
    expect(await cluster.openSlots()).toEqual([]);
  });

  test("renamed commands are missed before anything is done", async () => {
    const node = cluster.node(1);
    for (const name of ["MIGRATE", "CONFIG"]) {
      await appendFile(join(node.dir, "server.conf"), `rename-command ${name} secret-${name}\n`);
    }
    await node.restart();
    const [slot = 0] = [...(await cluster.slotsOf(1))];
    const moved = await cluster.slotctl([...move(slot, 1, 0), "--json"]);
    expect(moved).toMatchObject({ exitCode: 7 });
    expect(moved.json().error).toMatchObject({
      code: "command-missing",
      node: node.address,
      message: expect.stringContaining(`${node.address}: it has no command MIGRATE: renamed or removed`),
      hint: expect.stringContaining("rename-command"),
    });
    const set = await cluster.slotctl(["set-timeout", cluster.seed, "4000", "--yes", "--json"]);
    expect(set).toMatchObject({ exitCode: 7 });
    expect(set.json().error?.message).toMatch(new RegExp(`${node.address} .*CONFIG`));
    expect(await ask(cluster.node(0), "CONFIG", "GET", "cluster-node-timeout")).not.toContain("4000");
    expect(await cluster.openSlots()).toEqual([]);
  });
});
