import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import type { TestServer } from "../servers/test-server.ts";
import { addressesOf, nodeAt } from "../support/live-cluster.ts";
import { ask, idOf, linesOf, viewOf } from "../support/live-node.ts";
import { keyIn } from "../support/live-slots.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import { type RunningNode, startNodes } from "../support/servers/start-nodes.ts";

interface Refusal {
  readonly what: string;
  /** Puts one of the three nodes in a state that forbids a cluster. */
  readonly spoil?: (node: RunningNode, server: TestServer) => Promise<AsyncDisposable | void>;
  readonly args?: (addresses: readonly string[]) => readonly string[];
  readonly exits: number;
  readonly code: string;
  /** Words that the message has, besides the address of the spoilt node. */
  readonly says: RegExp;
}

const refusals: readonly Refusal[] = [
  {
    what: "a node that holds keys",
    spoil: async (node) => {
      await ask(node, "CLUSTER", "ADDSLOTS", 5);
      await ask(node, "CONFIG", "SET", "cluster-require-full-coverage", "no");
      await eventually(
        () => ask(node, "SET", keyIn(5), "x").catch(String),
        (reply) => reply === "OK",
      );
    },
    exits: 7,
    code: "node-not-empty",
    says: /holds keys/,
  },
  {
    what: "a node that knows others",
    spoil: async (node, server) => {
      const friend = await startNodes({ server, count: 1 });
      const { host, port } = nodeAt(friend.nodes, 0);
      const friendId = await idOf(nodeAt(friend.nodes, 0));
      await ask(node, "CLUSTER", "MEET", host, port);
      await eventually(
        () => linesOf(node),
        (lines) => lines.some(({ id, linkUp }) => id === friendId && linkUp),
      );
      return friend;
    },
    exits: 7,
    code: "node-not-empty",
    says: /knows nodes that were not given/,
  },
  {
    what: "a node that is down",
    spoil: (node) => node.kill(),
    exits: 4,
    code: "node-unreachable",
    says: /cannot be reached/,
  },
  {
    what: "a node that is given twice",
    args: ([a = "", b = ""]) => [a, b, b],
    exits: 7,
    code: "same-node-twice",
    says: /same id/,
  },
  {
    what: "two primaries",
    args: ([a = "", b = ""]) => [a, b],
    exits: 7,
    code: "too-few-primaries",
    says: /2 nodes are not enough for 3 primaries/,
  },
];

describe.concurrent.each(representatives(await listServers()))(
  "$engine $version: create refuses",
  (server) => {
    test.each(refusals)("$what", async ({ spoil, args, exits, code, says }) => {
      await using running = await startNodes({ server, count: 3 });
      const { nodes } = running;
      const spoilt = nodeAt(nodes, 1);
      await using _ = (await spoil?.(spoilt, server)) ?? nothing;
      const healthy = nodes.filter((node) => node.isRunning);
      const before = await Promise.all(healthy.map(viewOf));

      const addresses = addressesOf(nodes);
      const result = await slotctlJson(["create", ...(args?.(addresses) ?? addresses), "--yes"], { exits });

      expect(result.document.error?.code).toBe(code);
      expect(result.document.error?.message).toMatch(says);
      expect(result.document.error?.message).toContain(spoil ? spoilt.address : "");
      expect(await Promise.all(healthy.map(viewOf))).toEqual(before);
    });

    test("a server that is no cluster node", async () => {
      await using running = await startNodes({ server, count: 2 });
      await using plain = await startNodes({ server, count: 1, config: { "cluster-enabled": "no" } });
      const [stranger] = addressesOf(plain.nodes);
      const result = await slotctlJson(["create", ...addressesOf(running.nodes), stranger ?? "", "--yes"], {
        exits: 7,
      });
      expect(result.document).toMatchObject({ error: { code: "node-not-in-a-cluster" } });
      expect(result.document.error?.message).toContain(stranger);
      for (const node of running.nodes) expect((await viewOf(node)).split("\n")).toHaveLength(1);
    });
  },
);

const nothing: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };
