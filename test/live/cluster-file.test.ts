import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { nodeAt } from "../support/live-cluster.ts";
import { ask, selfOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), "slotctl-file-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe.concurrent.each(representatives(await listServers()))(
  "$engine $version: a cluster file",
  (server) => {
    test("forms a cluster, changes it, and finds nothing left to do each time", async () => {
      await using folder = await aFolder();
      await using running = await startNodes({ server, count: 7 });
      const at = (index: number) => nodeAt(running.nodes, index).address;
      const file = join(folder.path, "cluster.yaml");
      const isDone = async () => {
        const [planned, compared] = await Promise.all([
          slotctlJson(["plan", file, "--exit-code"]),
          slotctlJson(["diff", file]),
        ]);
        expect(planned.data.plan.steps).toEqual([]);
        expect(compared.data).toEqual({ state: "same", differences: [], problems: [] });
      };

      const zones = ["a", "b", "c", "a", "b", "c"].map(
        (zone, index) => `  - { address: "${at(index)}", zone: ${zone} }`,
      );
      await writeFile(
        file,
        ["version: 1", "replicas: 1", "settings: { cluster-node-timeout: 6000 }", "nodes:", ...zones].join(
          "\n",
        ),
      );
      expect((await runSlotctl(["plan", file, "--exit-code"])).exitCode).toBe(3);
      const saved = (name: string) => join(folder.path, name);
      await slotctlJson(["plan", file, "--out", saved("form.json"), "--exit-code"], { exits: 3 });
      await mustSlotctl("apply", saved("form.json"), "--yes");
      await isDone();

      const exported = await mustSlotctl("export", at(0));
      await writeFile(file, exported.stdout);
      await isDone();

      // The primary of the first shard leaves, a new node takes its place, and another shard gets more slots.
      const [, replica] = (await shardsOf(at(0)))[0] ?? [];
      const [second, third] = (await shardsOf(at(0))).slice(1);
      const changed = [
        "version: 1",
        "shards:",
        `  - { nodes: ["${replica}", "${at(6)}"], primary: "${at(6)}" }`,
        `  - { nodes: ["${second?.join('", "')}"], share: 1.001 }`,
        `  - { nodes: ["${third?.join('", "')}"] }`,
      ];
      await writeFile(file, changed.join("\n"));
      const drift = await slotctlJson(["diff", file], { exits: 3 });
      expect(drift.data.state).toBe("different");
      // The same plan, whether the nodes are asked or what they have said.
      const snapshot = await mustSlotctl("snapshot", at(0), at(6));
      await writeFile(saved("s.json"), snapshot.stdout);
      const asked = await slotctlJson(["plan", file, "--out", saved("p.json"), "--exit-code"], { exits: 3 });
      const read = await slotctlJson(["plan", file, "--snapshot", saved("s.json")]);
      expect(read.data.plan.steps).toEqual(asked.data.plan.steps);
      const shown = await slotctlJson(["show", saved("p.json")]);
      expect(shown.data.plan.steps).toEqual(asked.data.plan.steps);
      const decided = await slotctlJson(["apply", saved("p.json"), at(0), "--yes"], { exits: 2 });
      expect(decided.document.error?.message).toContain(`${at(0)} has no place here`);
      const done = await slotctlJson(["apply", saved("p.json"), "--yes"]);
      expect(done.data.problems).toEqual([]);
      expect(
        (await slotctlJson(["apply", saved("p.json"), "--dry-run", "--exit-code"])).data.plan.steps,
      ).toEqual([]);
      await isDone();
      expect((await selfOf(nodeAt(running.nodes, 6))).role).toBe("primary");
      expect((await selfOf(nodeAt(running.nodes, 0))).slots.size).toBe(0);

      // Drained and restored, everybody is where the file has him.
      await slotctlJson(["plan", "drain", at(6), at(6), "--out", saved("drain.json"), "--exit-code"], {
        exits: 3,
      });
      const drained = await slotctlJson(["apply", saved("drain.json"), "--yes"]);
      expect(drained.data.problems).toEqual([]);
      expect((await selfOf(nodeAt(running.nodes, 6))).role).toBe("replica");
      await slotctlJson(["restore-roles", at(6), "--file", file, "--yes"]);
      expect((await selfOf(nodeAt(running.nodes, 6))).role).toBe("primary");
      await isDone();

      // Every slot is where the file has it, and yet a cluster with one that is on its way is not in order.
      const last = await selfOf(nodeAt(running.nodes, 6));
      const { nodes } = (await slotctlJson(["info", at(6)])).data;
      const target = nodes.find(({ role, id }) => role === "primary" && id !== last.id)?.id ?? "";
      const slot = last.slots.ranges[0]?.first ?? -1;
      await ask(nodeAt(running.nodes, 6), "CLUSTER", "SETSLOT", slot, "MIGRATING", target);
      const open = await slotctlJson(["diff", file], { exits: 3 });
      expect(open.data).toMatchObject({
        state: "different",
        differences: [],
        problems: [{ code: "slots-open", slots: String(slot) }],
      });
      await ask(nodeAt(running.nodes, 6), "CLUSTER", "SETSLOT", slot, "STABLE");
      await isDone();

      // Every node of a shard in a zone of its own: without a node to spare nobody changes shards.
      const shards = await shardsOf(at(6));
      const together = shards.flatMap((nodes, zone) =>
        nodes.map((address) => `  - { address: "${address}", zone: z${zone} }`),
      );
      await writeFile(file, ["version: 1", "nodes:", ...together].join("\n"));
      const placed = await slotctlJson(["place", at(6), "--file", file, "--dry-run"]);
      expect(placed.data.plan.steps).toEqual([]);
      const losses = await slotctlJson(["check", at(6), "--file", file]);
      const zone = { level: "zone", quorumLost: false };
      const host = { level: "host", quorumLost: false };
      expect(losses.data).toMatchObject({ losses: [zone, zone, zone, host, host, host] });

      await writeFile(file, `${changed.join("\n")}\nreplcas: 1\n`);
      const refused = await slotctlJson(["plan", file], { exits: 2 });
      expect(refused.document.error?.message).toContain(`${file}:6:1: unknown key "replcas"`);
    });
  },
);

/** The addresses of each shard, its primary first. */
async function shardsOf(seed: string): Promise<string[][]> {
  const { nodes } = (await slotctlJson(["info", seed])).data;
  return nodes
    .filter(({ role }) => role === "primary")
    .map(({ id, address }) => [
      address ?? "",
      ...nodes.filter(({ primaryId }) => primaryId === id).map((node) => node.address ?? ""),
    ]);
}
