import { beforeAll, describe, expect, test } from "vitest";
import { mustRun } from "../servers/run-program.ts";
import { runAtTerminal } from "../support/access-terminal.ts";
import { eventually } from "../support/live-wait.ts";
import { midway } from "../support/move-midway.ts";
import { faultsIn } from "../support/schema-faults.ts";
import type { ContainerCluster } from "./container-cluster.ts";
import { dockerEnv } from "./docker-env.ts";
import { loadKeys } from "./keys.ts";

const seed = "redis-2:6379";

/** The days of a cluster that has been created, as slotctl in containers beside it lives them. */
export function testLife(started: () => ContainerCluster): void {
  describe("its life", () => {
    let cluster: ContainerCluster;
    let keys = 0;
    // Slowed down, so that there is a middle in which it can be stopped.
    const slowMove = (slots: string) => {
      const pair = ["--from", cluster.node(0).address, "--to", cluster.node(1).address];
      const pace = ["--mover", "classic", "--max-keys-per-second", "1000"];
      return ["reshard", seed, ...pair, "--slot-ranges", slots, ...pace, "--yes"];
    };

    beforeAll(async () => {
      cluster = started();
      keys = await loadKeys(cluster);
    });

    test("create has made a cluster of the addresses that nodes have, and info finds all of them from one name", async () => {
      const document = (await cluster.mustSlotctl("info", seed, "--json")).json();
      expect([...faultsIn("envelope", document), ...faultsIn("info", document.data)]).toEqual([]);
      const { nodes } = document.data as { nodes: { address: string }[] };
      // The seed goes by the name that it was given.
      const asked = cluster.nodes.map(({ name, address }) => (seed.startsWith(name) ? seed : address));
      expect(nodes.map(({ address }) => address).sort()).toEqual(asked.sort());
      expect(document.data).toMatchObject({
        totals: { keys, slotsCovered: 16_384, primaries: 3, replicas: 3 },
      });
    });

    test("reshard moves slots with their keys, and rebalance evens out again", async () => {
      const [from, to] = [cluster.node(0).address, cluster.node(2).address];
      await cluster.mustSlotctl("reshard", seed, "--from", from, "--to", to, "--slots", "1000", "--yes");
      expect((await cluster.lineOf(cluster.node(2))).slots.size).toBe(6461);
      await cluster.mustSlotctl("rebalance", seed, "--yes");
      expect((await cluster.lineOf(cluster.node(0))).slots.size).toBeGreaterThan(5300);
      await expectHealthy();
    });

    test("docker stop ends a move at a safe point, and the same command goes on", async () => {
      const name = `${cluster.network}-move`;
      const args = slowMove("0-799");
      const named = {
        slotctl: (args: readonly string[], options: object) =>
          cluster.slotctl(args, { ...options, launcher: cluster.launcher("--name", name) }),
      };
      const result = await midway({ cluster: named, args: [...args, "--json"] }, () =>
        mustRun("docker", ["stop", "--time", "60", name]),
      );
      expect(result).toMatchObject({ exitCode: 6 });
      expect(result.json()).toMatchObject({ ok: false, error: { code: "stopped" } });
      expect(await cluster.openSlots()).toEqual([]);

      expect(await cluster.slotctl(args)).toMatchObject({ exitCode: 0 });
      await expectHealthy();
    });

    test("Ctrl-C at the terminal of its container does the same", async () => {
      const result = await runAtTerminal(slowMove("800-1599"), {
        launcher: cluster.launcher("--interactive", "--tty"),
        env: dockerEnv(),
        typing: [{ when: /[1-9]\d* of [\d,]+ keys|[1-9][\d,]* keys/, type: "\u0003" }],
      });
      expect(result).toMatchObject({
        exitCode: 6,
        screen: expect.stringContaining("Stopping at the next safe point."),
      });
      expect(await cluster.openSlots()).toEqual([]);
      await expectHealthy();
    });

    test("a primary whose host is cut off is named; its replica takes over, and it comes back as a replica", async () => {
      const [lost, heir] = [cluster.node(0), await replicaOf(0)];
      await cluster.cutOff(lost);
      await eventually(
        () => cluster.lineOf(heir),
        ({ role }) => role === "primary",
        { what: "its promotion" },
      );
      const whileOff = (await cluster.slotctl(["check", seed, "--timeout", "1", "--json"])).json();
      const unreachable = { code: "node-unreachable", message: expect.stringContaining(lost.address) };
      expect(whileOff.data).toMatchObject({
        state: "problems",
        problems: expect.arrayContaining([expect.objectContaining(unreachable)]),
      });

      await cluster.bringBack(lost);
      await eventually(
        () => cluster.lineOf(lost),
        ({ role }) => role === "replica",
        { what: "its return" },
      );
      await eventually(
        () => cluster.slotctl(["check", seed]),
        ({ exitCode }) => exitCode === 0,
      );
      await cluster.mustSlotctl("failover", seed, lost.address, "--yes");
      expect(await cluster.lineOf(lost)).toMatchObject({ role: "primary" });
      await expectHealthy();
    });

    async function expectHealthy(): Promise<void> {
      const result = await cluster.slotctl(["check", seed, "--json"]);
      expect(result.json().data).toMatchObject({ state: "ok", problems: [], totals: { keys } });
      expect(result.exitCode).toBe(0);
    }

    async function replicaOf(index: number) {
      const { id } = await cluster.lineOf(cluster.node(index));
      for (const node of cluster.nodes) if ((await cluster.lineOf(node)).primaryId === id) return node;
      throw new Error(`${cluster.node(index).name} has no replica`);
    }
  });
}
