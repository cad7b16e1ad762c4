import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aMigration } from "../../test/support/problem-cases/migration-cases.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { NodeView } from "../cluster/node-view.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Plan } from "./plan.ts";
import { planRebalance } from "./plan-rebalance.ts";
import { planReshard } from "./plan-reshard.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { afterMoves } from "./slot-move.ts";
import type { Step } from "./step.ts";

const redis = { engine: "redis", version: "8.6.3" } as const;
const valkey = { engine: "valkey", version: "9.1.2" } as const;

test.each<{ name: string; changes: Changes; steps: string[] }>([
  { name: "no migration", changes: {}, steps: [] },
  {
    name: "one that the target tells of",
    changes: { b: { migrations: [migration({ slots: "0-9" })] } },
    steps: ["a b 0-9 redis-atomic"],
  },
  {
    name: "one that only the source tells of",
    changes: { a: { migrations: [migration({ slots: "0-9", role: "source" })] } },
    steps: ["a b 0-9 redis-atomic"],
  },
  {
    name: "one that begins anew for ever",
    changes: { b: { migrations: [migration({ slots: "0-9", outcome: "retrying" })] } },
    steps: ["a b 0-9 redis-atomic"],
  },
  {
    name: "two of one pair, and one of another",
    changes: {
      a: {
        ...valkey,
        migrations: [
          migration({ id: "1", slots: "0-9", role: "source" }),
          migration({ id: "2", slots: "20-29", role: "source" }),
          migration({ id: "3", slots: "40", role: "source", targetId: idOf("c") }),
        ],
      },
    },
    steps: ["a b 0-9,20-29 valkey-atomic", "a c 40 valkey-atomic"],
  },
  {
    name: "one of which some slots have another owner by now",
    changes: { b: { migrations: [migration({ slots: "5000-6000" })] } },
    steps: ["a b 5000-5460 redis-atomic"],
  },
  {
    name: "one whose slots have arrived",
    changes: { b: { migrations: [migration({ slots: "5461-5470" })] } },
    steps: [],
  },
  {
    name: "those that are over",
    changes: {
      b: {
        migrations: (["completed", "failed", "cancelled"] as const).map((outcome, at) =>
          migration({ id: String(at), slots: `${at}`, outcome }),
        ),
      },
    },
    steps: [],
  },
])("$name", ({ changes, steps }) => {
  const { steps: found, settled, continued } = settleEarlierRuns(cluster(changes));
  expect(found.map(inWords)).toEqual(steps);
  const moved = found.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
  for (const { to, slots } of moved) expect(slots.minus(slotsAt(settled, to.id)).size).toBe(0);
  expect(continued.size).toBe(moved.reduce((sum, { slots }) => sum + slots.size, 0));
});

test("one whose target does not answer is left to the servers", () => {
  const topology = aCluster([
    { name: "a", slots: "0-16383", view: { ...redis, migrations: [migration({ slots: "0-9" })] } },
    { name: "b", unreached: down },
  ]);
  expect(settleEarlierRuns(topology).steps).toEqual([]);
});

test.each([
  {
    server: redis,
    steps: ["a c 20 classic", "c has 20, closed at a c", "a b 0-9 redis-atomic"],
  },
  {
    server: valkey,
    steps: ["a b 0-9 valkey-atomic", "b has 0-9", "a c 20 classic"],
  },
])("a migration and open slots at its nodes take turns: $server.engine", ({ server, steps }) => {
  const topology = cluster(
    { a: server, b: { ...server, migrations: [migration({ slots: "0-9" })] }, c: server },
    {
      a: [{ slot: 20, direction: "migrating", peer: "c" }],
      c: [{ slot: 20, direction: "importing", peer: "a" }],
    },
  );
  expect(settleEarlierRuns(topology).steps.map(inWords)).toEqual(steps);
});

test("only what is about certain slots", () => {
  const changes = {
    b: { migrations: [migration({ slots: "0-9" }), migration({ id: "2", slots: "30-39" })] },
  };
  const { steps } = settleEarlierRuns(cluster(changes), parseSlots("5"));
  expect(steps.map(inWords)).toEqual(["a b 0-9 redis-atomic"]);
});

test("the rest of a reshard goes with the migration that its first run began", () => {
  const topology = cluster({ b: { migrations: [migration({ slots: "0-9" })] } });
  const wish = { toId: idOf("b"), fromIds: [idOf("a")], slots: parseSlots("0-99") };
  const plan = planReshard({ topology, wish });
  expect(plan.steps.map(inWords)).toEqual(["a b 0-99 redis-atomic"]);
  expect(plan.notes).toEqual([
    { kind: "continues-earlier-run", slots: "0-9" },
    { kind: "moves-atomically", mover: "redis-atomic", pairs: 1, ofPairs: 1 },
  ]);
});

test("with the classic mover the rest waits until the migration has ended", () => {
  const topology = cluster({ b: { migrations: [migration({ slots: "0-9" })] } });
  const wish = { toId: idOf("b"), fromIds: [idOf("a")], slots: parseSlots("0-99") };
  expect(planReshard({ topology, wish, mover: "classic" }).steps.map(inWords)).toEqual([
    "a b 0-9 redis-atomic",
    "b has 0-9",
    "a b 10-99 classic",
  ]);
});

test("an open slot is closed with the classic mover before the rest moves atomically", () => {
  const topology = cluster(
    {},
    {
      a: [{ slot: 5, direction: "migrating", peer: "b" }],
      b: [{ slot: 5, direction: "importing", peer: "a" }],
    },
  );
  const wish = { toId: idOf("b"), fromIds: [idOf("a")], slots: parseSlots("0-9") };
  expect(planReshard({ topology, wish, mover: "atomic" }).steps.map(inWords)).toEqual([
    "a b 5 classic",
    "b has 5, closed at a b",
    "a b 0-4,6-9 redis-atomic",
  ]);
});

test("a rebalance that was killed anywhere comes to the same shares when it is run again", () => {
  const counts = fc.tuple(fc.nat(8000), fc.nat(8000)).map(([one, two]) => [one, two, 16_384 - one - two]);
  fc.assert(
    fc.property(counts, fc.nat(16_384), fc.nat(500), (sizes, doneCount, runningCount) => {
      const first = rebalance(shards(sizes));
      const moves = first.steps.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
      const goal = sharesOf(carriedOut(shards(sizes), first));
      // Killed: some slots have moved, and of the next pair some are in a migration that goes on.
      const done: Moved[] = [];
      let left = doneCount;
      for (const move of moves) {
        const slots = move.slots.lowest(left);
        left -= slots.size;
        done.push({ fromId: move.from.id, toId: move.to.id, slots });
      }
      const next = moves.find((move, at) => (done[at]?.slots.size ?? 0) < move.slots.size);
      const rest = next?.slots.minus(done[moves.indexOf(next)]?.slots ?? SlotSet.empty);
      const killed = afterMoves(shards(sizes), done);
      const again =
        next && rest
          ? withMigration(killed, {
              sourceId: next.from.id,
              targetId: next.to.id,
              slots: rest.lowest(Math.max(1, runningCount)),
            })
          : killed;
      const plan = rebalance(again);
      expect(sharesOf(carriedOut(again, plan))).toEqual(goal);
      // It moves no slot more than the first run had left to do.
      const total = (steps: readonly Step[]) =>
        steps.reduce((sum, step) => sum + (step.kind === "move-slots" ? step.slots.size : 0), 0);
      const alreadyDone = done.reduce((sum, { slots }) => sum + slots.size, 0);
      expect(total(plan.steps)).toBe(total(first.steps) - alreadyDone);
    }),
    { numRuns: 20 },
  );
});

type Changes = Readonly<Record<string, Partial<NodeView>>>;

interface Moved {
  readonly fromId: string;
  readonly toId: string;
  readonly slots: SlotSet;
}

function cluster(changes: Changes, open: Readonly<Record<string, NodeSpec["open"]>> = {}): Topology {
  const shares = { a: "0-5460", b: "5461-10922", c: "10923-16383" };
  return aCluster(
    Object.entries(shares).map(([name, slots]) => ({
      name,
      slots,
      view: {
        ...redis,
        keysInOpenSlots: new Map([
          [5, 0],
          [20, 0],
        ]),
        ...changes[name],
      },
      ...(open[name] ? { open: open[name] } : {}),
    })),
  );
}

function migration({
  slots,
  ...changes
}: Partial<Omit<SlotMigration, "slots">> & { slots: string }): SlotMigration {
  return aMigration({ ...changes, slots: parseSlots(slots) });
}

function shards(sizes: readonly number[]): Topology {
  let next = 0;
  return aCluster(
    sizes.map((size, at) => {
      const slots = size === 0 ? "" : `${next}-${next + size - 1}`;
      next += size;
      return { name: `n${at}`, view: redis, ...(slots ? { slots } : {}) };
    }),
  );
}

function rebalance(topology: Topology): Plan {
  return planRebalance({ topology, wish: { weights: new Map(), useEmpty: true, thresholdPercent: 0 } });
}

function carriedOut(topology: Topology, { steps }: Plan): Topology {
  const moves = steps.flatMap((step) =>
    step.kind === "move-slots" ? [{ fromId: step.from.id, toId: step.to.id, slots: step.slots }] : [],
  );
  return afterMoves(topology, moves);
}

function withMigration(
  topology: Topology,
  changes: Pick<SlotMigration, "sourceId" | "targetId" | "slots">,
): Topology {
  return {
    nodes: topology.nodes.map((node) =>
      node.view && node.id === changes.targetId
        ? { ...node, view: { ...node.view, migrations: [aMigration(changes)] } }
        : node,
    ),
  };
}

function sharesOf(topology: Topology): Record<string, number> {
  return Object.fromEntries(topology.nodes.map(({ id, slots }) => [id, slots.size]));
}

function slotsAt(topology: Topology, id: string): SlotSet {
  return nodeById(topology, id)?.slots ?? SlotSet.empty;
}

function inWords(step: Step): string {
  const name = ({ id }: { readonly id: string }) => ["a", "b", "c"].find((each) => idOf(each) === id) ?? id;
  if (step.kind === "move-slots") return `${name(step.from)} ${name(step.to)} ${step.slots} ${step.mover}`;
  if (step.kind !== "settle-slot") return step.kind;
  const closed = step.openAt.length > 0 ? `, closed at ${step.openAt.map(name).join(" ")}` : "";
  return `${name(step.owner)} has ${step.slots}${closed}`;
}
