import { describe, expect, onTestFinished, test } from "vitest";
import { aFakeNode, type Answer, type FakeReply } from "../../test/support/fake-node.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { Connection } from "./connection.ts";
import { plainAccess } from "./node-access.ts";
import { NodeKeys } from "./node-keys.ts";
import { runOver } from "./run-commands.ts";

async function keysAt(server: { engine: "redis" | "valkey"; version: string }, answer: Answer) {
  const node = await aFakeNode(answer);
  const access = plainAccess(5000);
  const connection = new Connection(node.address, access);
  onTestFinished(() => connection.close());
  const keys = new NodeKeys({ connection, access, run: runOver(connection) });
  keys.learn(server);
  return { keys, asked: () => node.commands.map((command) => command.join(" ")) };
}

describe("keys of own slots", () => {
  const slots = SlotSet.ofRanges([
    { first: 5, last: 6 },
    { first: 9, last: 9 },
  ]);
  const statsOf = (slot: number, count: number): FakeReply => [slot, ["cpu-usec", 70, "key-count", count]];
  const ranges: Readonly<Record<string, FakeReply>> = {
    5: [statsOf(5, 2), statsOf(6, 0)],
    9: [statsOf(9, 4)],
  };
  const counting = (stats: (first: string) => FakeReply): Answer => {
    return ([name, what, slot, first]) => {
      if (name === "INFO") return "# Keyspace\r\ndb0:keys=6\r\n";
      return what === "SLOT-STATS" ? stats(first ?? "") : (expected.get(Number(slot)) ?? null);
    };
  };
  const told = counting((first) => ranges[first] ?? null);
  const statsAsked = ["CLUSTER SLOT-STATS SLOTSRANGE 5 6", "CLUSTER SLOT-STATS SLOTSRANGE 9 9"];
  const countsAsked = [5, 6, 9].map((slot) => `CLUSTER COUNTKEYSINSLOT ${slot}`);
  const expected = new Map([
    [5, 2],
    [6, 0],
    [9, 4],
  ]);

  test.each([
    { server: { engine: "redis", version: "8.6.3" }, asked: statsAsked },
    { server: { engine: "valkey", version: "8.1.1" }, asked: statsAsked },
    { server: { engine: "valkey", version: "9.1.2" }, asked: ["INFO keyspace", ...statsAsked] },
    { server: { engine: "redis", version: "8.0.2" }, asked: countsAsked },
    { server: { engine: "redis", version: "6.0.16" }, asked: countsAsked },
  ] as const)("$server.engine $server.version is asked $asked", async ({ server, asked }) => {
    const node = await keysAt(server, told);
    expect(await node.keys.countOwn(slots)).toEqual(expected);
    expect(node.asked()).toEqual(asked);
  });

  test.each<{ why: string; stats: (first: string) => FakeReply }>([
    { why: "it may not be asked for statistics", stats: () => new Error("NOPERM no permissions") },
    {
      why: "it tells of fewer slots than it was asked for",
      stats: (first) => ranges[first === "5" ? "5" : "none"] ?? [],
    },
  ])("are counted one by one where $why", async ({ stats }) => {
    const node = await keysAt({ engine: "redis", version: "8.6.3" }, counting(stats));
    expect(await node.keys.countOwn(slots)).toEqual(expected);
    expect(node.asked()).toEqual([...statsAsked, ...countsAsked]);
  });
});
