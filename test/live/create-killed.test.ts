import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { addressesOf } from "../support/live-cluster.ts";
import { configOf } from "../support/live-node.ts";
import { representatives } from "../support/live-versions.ts";
import { type RunningSlotctl, runSlotctl } from "../support/run-slotctl.ts";
import { type RunningNode, startNodes } from "../support/servers/start-nodes.ts";

const NAME = "cluster-node-timeout";
/** What a node has while slotctl waits for it to take writes: for half a second, so that it can be missed. */
const SHORT = "503";
const ATTEMPTS = 6;

describe.each(representatives(await listServers()))("$engine $version: create", (server) => {
  test("killed while it waits for writes, run again, leaves no node with the short timeout", async () => {
    for (let attempt = 1; ; attempt++) {
      await using running = await startNodes({ server, count: 6, config: { [NAME]: "15000" } });
      const { nodes } = running;
      const args = ["create", ...addressesOf(nodes), "--replicas", "1", "--yes", "--progress", "json"];
      await createAndKill(args, nodes);
      const timeouts = await Promise.all(nodes.map((node) => configOf(node, NAME)));
      const left = nodes.filter((_, index) => timeouts[index] === SHORT);
      if (left.length === 0 && attempt < ATTEMPTS) continue;
      expect(left).not.toEqual([]);

      const again = await runSlotctl(args);
      expect(again.exitCode).toBe(0);
      expect(new Set(await Promise.all(nodes.map((node) => configOf(node, NAME))))).toEqual(
        new Set(["15000"]),
      );
      const warned = again.stderr
        .split("\n")
        .filter((line) => line.includes('"warning"'))
        .map((line) => JSON.parse(line) as { node: string; message: string });
      expect(warned.map(({ node }) => node).sort()).toEqual(addressesOf(left).sort());
      for (const { node, message } of warned)
        expect(message).toContain(`${node} was left with ${NAME} ${SHORT}`);
      return;
    }
  });
});

/** Kills the run as soon as a node has the short timeout, if it is seen. */
async function createAndKill(args: readonly string[], nodes: readonly RunningNode[]): Promise<void> {
  const clients = nodes.map(({ host, port }) => new Redis({ host, port, protocol: 2 }));
  try {
    let run: RunningSlotctl | undefined;
    const over = new AbortController();
    const ending = runSlotctl(args, {
      onStart: (started) => {
        run = started;
      },
    }).finally(() => over.abort());
    while (!over.signal.aborted) {
      const replies = await Promise.all(clients.map((client) => client.config("GET", NAME)));
      if (replies.some((reply) => reply[1] === SHORT)) run?.kill("SIGKILL");
    }
    await ending;
  } finally {
    for (const client of clients) client.disconnect();
  }
}
