import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { formatAddress } from "../cluster/address.ts";
import { LAG_BYTES_MAX } from "../cluster/lag-bytes-of.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { Refused } from "../errors.ts";
import type { SaveFrom } from "./backup.ts";
import { planBackup } from "./plan-backup.ts";

const DOWN = { state: "unreachable", detail: "connection refused" } as const;
const OFFSET = 10 * LAG_BYTES_MAX;

function aReplica(
  name: string,
  replicaOf: string,
  changes: { lag?: number; linkUp?: boolean; syncing?: boolean; at?: string } = {},
): NodeSpec {
  const { lag = 0, linkUp = true, syncing = false, at } = changes;
  return {
    name,
    replicaOf,
    ...(at === undefined ? {} : { at }),
    view: { replication: { role: "replica", offset: OFFSET - lag, linkUp, syncing } },
  };
}

function aPrimary(name: string, slots: string, changes: Partial<NodeSpec> = {}): NodeSpec {
  const replication = { role: "primary", offset: OFFSET, linkUp: true, syncing: false } as const;
  return { name, slots, view: { replication }, ...changes };
}

function planOf(specs: readonly NodeSpec[], from: SaveFrom = "auto", allowPartial = false) {
  return planBackup({ topology: aCluster(specs), wish: { from, allowPartial } });
}

function refusalOf(specs: readonly NodeSpec[], from: SaveFrom = "auto"): Refused {
  try {
    planOf(specs, from);
  } catch (error) {
    if (error instanceof Refused) return error;
  }
  throw new Error("it should have been refused");
}

/** The nodes that a shard is saved from, the best first. */
function sourcesIn(specs: readonly NodeSpec[], from: SaveFrom = "auto"): string[][] {
  return planOf(specs, from).saves.map(({ sources }) =>
    sources.map(({ id }) => specs.find(({ name }) => idOf(name) === id)?.name ?? id),
  );
}

describe("which node is asked", () => {
  const whole = aPrimary("a", "0-16383");
  test.each([
    { what: "a healthy replica, then the primary", specs: [whole, aReplica("r", "a")], sources: ["r", "a"] },
    { what: "the primary where there is no replica", specs: [whole], sources: ["a"] },
    {
      what: "no replica without a link",
      specs: [whole, aReplica("r", "a", { linkUp: false })],
      sources: ["a"],
    },
    { what: "no replica that syncs", specs: [whole, aReplica("r", "a", { syncing: true })], sources: ["a"] },
    {
      what: "no replica that lags far behind",
      specs: [whole, aReplica("r", "a", { lag: LAG_BYTES_MAX + 1 })],
      sources: ["a"],
    },
    {
      what: "the replica that lags least",
      specs: [whole, aReplica("r", "a", { lag: 500 }), aReplica("s", "a", { lag: 2 })],
      sources: ["s", "r", "a"],
    },
    {
      what: "a replica whose primary is dead",
      specs: [{ ...whole, unreached: DOWN }, aReplica("r", "a")],
      sources: ["r"],
    },
  ])("$what", ({ specs, sources }) => {
    expect(sourcesIn(specs)).toEqual([sources]);
  });

  test("the primary, if told so", () => {
    expect(sourcesIn([whole, aReplica("r", "a")], "primaries")).toEqual([["a"]]);
  });

  test("only replicas, if told so", () => {
    expect(sourcesIn([whole, aReplica("r", "a")], "replicas")).toEqual([["r"]]);
    expect(refusalOf([whole], "replicas")).toMatchObject({ code: "shards-missing" });
    expect(refusalOf([whole], "replicas").message).toContain("10.0.0.1:6379 (it has no replica)");
  });

  test("hosts share the work", () => {
    const specs = [
      aPrimary("a", "0-8191"),
      aPrimary("b", "8192-16383"),
      aReplica("ax", "a", { at: "10.1.0.1:7000" }),
      aReplica("bx", "b", { at: "10.1.0.1:7001" }),
      aReplica("by", "b", { at: "10.1.0.2:7001", lag: 10 }),
    ];
    const first = planOf(specs).saves.map(({ sources }) => sources[0] && formatAddress(sources[0].address));
    expect(first).toEqual(["10.1.0.1:7000", "10.1.0.2:7001"]);
  });
});

describe("slots that would be missing", () => {
  const gap = [aPrimary("a", "0-5"), aPrimary("b", "7-16383", { unreached: DOWN })];

  test("of a shard that nobody answers for are refused, and named", () => {
    const refusal = refusalOf(gap);
    expect(refusal).toMatchObject({ code: "shards-missing" });
    expect(refusal.message).toContain(
      "10.0.0.2:6379 (it cannot be reached: connection refused, and it has no replica)",
    );
    expect(refusal.hint).toContain("--allow-partial");
  });

  test("that nobody owns are refused, and named", () => {
    expect(refusalOf([aPrimary("a", "0-5,7-16383")])).toMatchObject({ code: "slots-uncovered" });
    expect(refusalOf([aPrimary("a", "0-5,7-16383")]).message).toContain("slots 6");
  });

  test("are stated where they are allowed", () => {
    const plan = planOf(gap, "auto", true);
    expect(plan.saves.map(({ slots }) => slots.toString())).toEqual(["0-5"]);
    expect(plan.missing.map(({ slots }) => slots.toString())).toEqual(["7-16383"]);
    expect(plan.uncovered.toString()).toBe("6");
  });
});

test("a primary without slots is not saved, and open slots are noted", () => {
  const open = [{ slot: 5, direction: "migrating", peer: "b" }] as const;
  const plan = planOf([aPrimary("a", "0-16383", { open }), aPrimary("b", "")]);
  expect(plan.saves).toHaveLength(1);
  expect(plan.open.toString()).toBe("5");
});

test("every slot is in exactly one file or stated as missing, whatever state the nodes are in", () => {
  const shard = fc.record({
    slots: fc.integer({ min: 0, max: 3 }),
    isUp: fc.boolean(),
    replicas: fc.array(fc.boolean(), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(shard, { minLength: 1, maxLength: 8 }),
      fc.constantFrom("auto", "replicas", "primaries"),
      (shards, from) => {
        const specs = shards.flatMap(({ slots, isUp, replicas }, index): NodeSpec[] => {
          const range = slots === 0 ? "" : `${index * 10}-${index * 10 + slots}`;
          const primary = aPrimary(`p${index}`, range, isUp ? {} : { unreached: DOWN });
          return [
            primary,
            ...replicas.map((linkUp, at) => aReplica(`r${index}-${at}`, `p${index}`, { linkUp })),
          ];
        });
        // Without a node that answers there is no topology, and no plan.
        fc.pre(specs.some(({ unreached }) => unreached === undefined));
        const { saves, missing, uncovered } = planOf(specs, from, true);
        const parts = [...saves.map(({ slots }) => slots), ...missing.map(({ slots }) => slots), uncovered];
        expect(parts.reduce((sum, { size }) => sum + size, 0)).toBe(SlotSet.all.size);
        expect(parts.reduce((all, part) => all.union(part), SlotSet.empty).equals(SlotSet.all)).toBe(true);
        expect(new Set(saves.map(({ fileName }) => fileName)).size).toBe(saves.length);
        expect(saves.every(({ sources }) => sources.length > 0)).toBe(true);
      },
    ),
  );
});
