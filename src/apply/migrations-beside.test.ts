import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { MigrationOutcome, SlotMigration } from "../cluster/slot-migration.ts";
import { migrationsBeside } from "./migrations-beside.ts";
import { redisAtomic } from "./redis-atomic.ts";
import { valkeyAtomic } from "./valkey-atomic.ts";

const listed = (role: "source" | "target", outcome: MigrationOutcome): SlotMigration => ({
  id: "one",
  role,
  sourceId: idOf("a"),
  targetId: idOf("b"),
  slots: parseSlots("5-7"),
  state: outcome,
  outcome,
  reason: "",
  createdMs: 0,
});

interface Case {
  readonly server: typeof redisAtomic;
  readonly source?: MigrationOutcome;
  readonly target?: MigrationOutcome;
  readonly beside: number;
  readonly why: string;
}

test.each<Case>([
  { server: redisAtomic, source: "running", target: "running", beside: 1, why: "both list it" },
  { server: redisAtomic, target: "retrying", beside: 1, why: "the source has not heard of it yet" },
  {
    server: redisAtomic,
    source: "running",
    target: "completed",
    beside: 1,
    why: "the source is still to let go",
  },
  {
    server: redisAtomic,
    source: "running",
    target: "cancelled",
    beside: 0,
    why: "the source has not heard that it is over",
  },
  { server: redisAtomic, source: "failed", target: "cancelled", beside: 0, why: "it is over" },
  {
    server: redisAtomic,
    source: "cancelled",
    target: "running",
    beside: 1,
    why: "the target has not noticed yet, and will begin anew",
  },
  {
    server: redisAtomic,
    source: "cancelled",
    target: "retrying",
    beside: 1,
    why: "the target begins anew whatever the source was told",
  },
  { server: redisAtomic, source: "cancelled", beside: 0, why: "the target does not know it" },
  {
    server: valkeyAtomic,
    source: "cancelled",
    target: "running",
    beside: 0,
    why: "the source pushes, so that its cancel is the end",
  },
  { server: valkeyAtomic, source: "running", target: "running", beside: 1, why: "both list it" },
])(
  "$source at the source and $target at the target, with the $server.chief in charge, is $beside under way: $why",
  async ({ server, source, target, beside }) => {
    const aNode = (role: "source" | "target", outcome: MigrationOutcome | undefined) => ({
      migrations: () => Promise.resolve(outcome ? [listed(role, outcome)] : []),
    });
    const clients = fakeClients({
      "10.0.0.1:6379": aNode("source", source),
      "10.0.0.2:6379": aNode("target", target),
    });
    const { context } = aFakeApplyContext({ clients });
    expect(await migrationsBeside(context, { server, move: aPairMove() })).toHaveLength(beside);
  },
);
