import { describe, expect, test } from "vitest";
import { allServerTexts, type ServerTexts } from "../../test/support/server-texts.ts";
import type { NodeLine } from "./node-line.ts";
import { parseNodes, type ParsedNodes } from "./parse-nodes.ts";

const SHARDS = ["0-5460", "5461-10922", "10923-16383"];

function read(texts: ServerTexts, state: string): ParsedNodes & { all: readonly NodeLine[] } {
  const parsed = parseNodes(texts.read(state, "nodes"));
  return { ...parsed, all: [parsed.self, ...parsed.others] };
}

function primaryOf(slots: string, { all }: { all: readonly NodeLine[] }): NodeLine {
  const primary = all.find((line) => `${line.slots}` === slots);
  if (!primary) throw new Error(`nobody has the slots ${slots}`);
  return primary;
}

function replicaOf(slots: string, view: { all: readonly NodeLine[] }): NodeLine {
  const replica = view.all.find((line) => line.primaryId === primaryOf(slots, view).id);
  if (!replica) throw new Error(`nobody follows the owner of ${slots}`);
  return replica;
}

test("there are texts of the oldest, the usual and the newest servers", () => {
  const names = allServerTexts().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["redis-6.0", "redis-7.0", "redis-8.6", "valkey-9.1"]));
});

describe.each(allServerTexts())("of $name", (texts) => {
  test.each(texts.states("nodes").map((state) => ({ state })))("$state: no line is lost", ({ state }) => {
    const rows = texts.read(state, "nodes").trim().split("\n");
    const { self, all } = read(texts, state);
    expect(all.map((line) => line.id).sort()).toEqual(rows.map((row) => row.slice(0, 40)).sort());
    expect(rows.find((row) => row.includes("myself"))).toMatch(new RegExp(`^${self.id} `));
  });

  test("a node that was alone all its life has no address and no slots", () => {
    const { self, others } = read(texts, "alone");
    expect(others).toEqual([]);
    expect(self).toMatchObject({ address: undefined, role: "primary", configEpoch: 0, openSlots: [] });
    expect(self.slots.size).toBe(0);
  });

  test.each(["primary", "replica"])("a %s sees three shards with a replica each", (state) => {
    const view = read(texts, state);
    expect(view.all).toHaveLength(6);
    SHARDS.forEach((slots, index) => {
      const primary = primaryOf(slots, view);
      expect(primary).toMatchObject({ role: "primary", configEpoch: index + 1, primaryId: undefined });
      expect(replicaOf(slots, view)).toMatchObject({ role: "replica" });
    });
    for (const line of view.all) {
      expect(line).toMatchObject({ flags: [], linkUp: true, hostname: undefined, openSlots: [] });
      expect(line.address?.host).toBe("127.0.0.1");
      expect(line.busPort).toBe((line.address?.port ?? 0) + 10_000);
    }
    const ofFirstShard = state === "primary" ? primaryOf("0-5460", view) : replicaOf("0-5460", view);
    expect(view.self).toEqual(ofFirstShard);
  });

  test("open slots stand in a node's own line, with their direction and peer", () => {
    const source = read(texts, "open-slots-source");
    const [a, b, c] = SHARDS.map((slots) => primaryOf(slots, source).id);
    expect(source.self.openSlots).toEqual([
      { slot: 5460, direction: "migrating", peerId: b },
      { slot: 12_000, direction: "importing", peerId: c },
    ]);
    expect(`${source.self.slots}`).toBe("0-5460");
    expect(read(texts, "open-slots-target").self.openSlots).toEqual([
      { slot: 5460, direction: "importing", peerId: a },
    ]);
    expect(source.others.flatMap((line) => line.openSlots)).toEqual([]);
    const mirrored = texts.name.startsWith("valkey") ? source.self.openSlots : [];
    expect(read(texts, "open-slots-replica").self.openSlots).toEqual(mirrored);
  });

  test("a handshake has an address and nothing else yet", () => {
    const [guest, ...more] = read(texts, "handshake").all.filter((line) => line.flags.includes("handshake"));
    expect(more).toEqual([]);
    expect(guest).toMatchObject({ configEpoch: 0, linkUp: false, address: { host: "127.0.0.1" } });
    expect(guest?.slots.size).toBe(0);
  });

  test("a node without an address has none", () => {
    const { all } = read(texts, "noaddr");
    expect(all).toHaveLength(7);
    const ghosts = all.filter((line) => line.address === undefined);
    expect(ghosts.map((line) => line.flags.includes("noaddr"))).toEqual([true]);
  });

  test.each([
    { state: "suspected", flag: "fail?" },
    { state: "failed", flag: "fail" },
    { state: "link-down", flag: "fail" },
  ])("$state: the lost primary keeps its slots and is flagged $flag", ({ state, flag }) => {
    const view = read(texts, state);
    const lost = primaryOf("10923-16383", view);
    expect(lost).toMatchObject({ flags: [flag], linkUp: false, role: "primary" });
    expect(replicaOf("10923-16383", view)).toMatchObject({ flags: ["nofailover"], role: "replica" });
    const fine = view.all.filter((line) => line.primaryId !== lost.id && line !== lost);
    expect(fine).toHaveLength(4);
    for (const line of fine) expect(line).toMatchObject({ flags: [], linkUp: true });
  });

  test("IPv6 addresses have no brackets", () => {
    const { all } = read(texts, "ipv6");
    expect(all.map((line) => line.address?.host)).toEqual(["::1", "::1"]);
    expect(all.map((line) => line.busPort - (line.address?.port ?? 0))).toEqual([10_000, 10_000]);
  });
});

describe.each(allServerTexts().filter((texts) => texts.states("nodes").includes("hostnames")))(
  "of $name",
  (texts) => {
    test("host names are read beside the address", () => {
      const view = read(texts, "hostnames");
      expect(SHARDS.map((slots) => primaryOf(slots, view).hostname)).toEqual([
        "node-0.example",
        "node-1.example",
        "node-2.example",
      ]);
      expect(replicaOf("5461-10922", view).hostname).toBeUndefined();
      expect(new Set(view.all.map((line) => line.address?.host))).toEqual(new Set(["127.0.0.1"]));
    });
  },
);
