import { mkdir, rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { ask, configOf } from "../support/live-node.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { oneServer } from "../support/move-servers.ts";

const SETTING = "cluster-node-timeout";
/** So long that nodes that wait for the processor, as all run at once, do not take each other for down. */
const START = { [SETTING]: "6000" };

describe.concurrent.each(await listServers())("set-timeout on $engine $version", (server) => {
  test("every node has it, keeps it when started anew, and a second run has nothing to do", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1, config: START });
    const { nodes, seed } = cluster;
    const timeouts = () => Promise.all(nodes.map((node) => configOf(node, SETTING)));
    await ask(nodeAt(nodes, 1), "CONFIG", "SET", SETTING, "7654");

    const shown = await slotctlJson(["set-timeout", seed, "7654", "--dry-run"]);
    expect(shown.data).toMatchObject({
      applied: 0,
      plan: { steps: Array.from({ length: 5 }, () => ({ kind: "set-config", value: "7654" })) },
    });
    expect(shown.data.plan.notes).toContainEqual(expect.objectContaining({ kind: "set-already" }));
    await slotctlJson(["set-timeout", seed, "7654"], { exits: 7 });
    expect((await timeouts()).filter((timeout) => timeout === "7654")).toHaveLength(1);

    const set = await slotctlJson(["set-timeout", seed, "7654", "--yes"]);
    expect(set.data).toMatchObject({ applied: 5 });
    // A node that gets no processor for a while may be suspected, which is a warning.
    expect(set.data.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(await timeouts()).toEqual(Array(6).fill("7654"));
    expect((await slotctlJson(["set-timeout", seed, "7654", "--yes"])).data).toMatchObject({
      applied: 0,
      plan: { steps: [] },
    });

    const restarted = nodeAt(nodes, 5);
    await restarted.restart();
    expect(await configOf(restarted, SETTING)).toBe("7654");
  });

  test("a node that does not answer stops it, unless that is wanted", async () => {
    await using cluster = await aLiveCluster({ server, config: START });
    const { nodes, seed } = cluster;
    const dead = nodeAt(nodes, 2);
    await dead.kill();
    const refused = await slotctlJson(["set-timeout", seed, "8000", "--yes"], { exits: 7 });
    expect(refused.document.error).toMatchObject({ code: "node-unreachable", node: dead.address });
    const set = await slotctlJson(["set-timeout", seed, "8000", "--yes", "--unreachable-ok"]);
    expect(set.data).toMatchObject({ applied: 2 });
    expect(set.data.plan.notes).toContainEqual(expect.objectContaining({ kind: "node-not-told" }));
    await dead.restart();
    expect((await slotctlJson(["set-timeout", seed, "8000", "--yes"])).data).toMatchObject({ applied: 1 });
  });
});

const server = await oneServer();

describe("set-timeout", () => {
  test("a node that cannot write its file is named, has its old value again, and is done by the next run", async () => {
    await using cluster = await aLiveCluster({ server, config: START });
    const { nodes, seed } = cluster;
    const stuck = nodeAt(nodes, 1);
    await breakRewrite(stuck.dir);
    const failed = await slotctlJson(["set-timeout", seed, "8000", "--yes"], { exits: 1 });
    expect(failed.document.error).toMatchObject({ code: "command-failed", node: stuck.address });
    expect(failed.document.error?.message).toMatch(/CONFIG REWRITE.*6000 as before/);
    expect(failed.data).toMatchObject({ applied: 2 });
    expect(await Promise.all(nodes.map((node) => configOf(node, SETTING)))).toEqual(["8000", "6000", "8000"]);
    await mendRewrite(stuck.dir);
    expect((await slotctlJson(["set-timeout", seed, "8000", "--yes"])).data).toMatchObject({ applied: 1 });
  });

  test("a value that was set by hand is kept once the advice of the plan is taken", async () => {
    await using cluster = await aLiveCluster({ server, config: START });
    const { nodes, seed } = cluster;
    for (const node of nodes) await ask(node, "CONFIG", "SET", SETTING, "8000");
    const found = await slotctlJson(["set-timeout", seed, "8000", "--yes"]);
    expect(found.data).toMatchObject({ applied: 0 });
    const note = found.data.plan.notes.find(({ kind }) => kind === "set-already");
    const [, node = ""] = /slotctl call (\S+) -- CONFIG REWRITE/.exec(note?.message ?? "") ?? [];
    await slotctlJson(["call", node, "--yes"], { behind: ["--", "CONFIG", "REWRITE"] });
    await nodeAt(nodes, 1).restart();
    expect(await configOf(nodeAt(nodes, 1), SETTING)).toBe("8000");
  });

  test("nodes that forbid CONFIG are named, and nothing is changed", async () => {
    await using cluster = await aLiveCluster({ server, config: START });
    const { nodes, seed } = cluster;
    const closed = nodeAt(nodes, 2);
    await ask(closed, "ACL", "SETUSER", "default", "-config");
    const refused = await slotctlJson(["set-timeout", seed, "8000", "--yes"], { exits: 7 });
    expect(refused.document.error).toMatchObject({ code: "config-forbidden", node: closed.address });
    await ask(closed, "ACL", "SETUSER", "default", "+config|get");
    const foreseen = await slotctlJson(["set-timeout", seed, "8000", "--yes"], { exits: 7 });
    expect(foreseen.document.error).toMatchObject({ code: "denied", node: closed.address });
    expect(await Promise.all(nodes.map((node) => configOf(node, SETTING)))).not.toContain("8000");
    // Of CONFIG REWRITE nobody can be asked beforehand.
    await ask(closed, "ACL", "SETUSER", "default", "+config|set");
    const failed = await slotctlJson(["set-timeout", seed, "8000", "--yes"], { exits: 1 });
    expect(failed.document.error).toMatchObject({ code: "denied", node: closed.address });
    expect(await configOf(closed, SETTING)).not.toBe("8000");
  });

  test.each(["99", "86400001", "5s", "-1", "1e3"])("%s is no timeout", async (timeout) => {
    const { document } = await slotctlJson(["set-timeout", "127.0.0.1:1"], {
      exits: 2,
      behind: ["--", timeout],
    });
    expect(document.error).toMatchObject({ code: "bad-timeout" });
  });
});

/** Where its config file was is a directory, which nothing can be written to, by nobody. */
async function breakRewrite(dir: string): Promise<void> {
  await rename(join(dir, "server.conf"), join(dir, "kept.conf"));
  await mkdir(join(dir, "server.conf"));
}

async function mendRewrite(dir: string): Promise<void> {
  await rmdir(join(dir, "server.conf"));
  await rename(join(dir, "kept.conf"), join(dir, "server.conf"));
}
