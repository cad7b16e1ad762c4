import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { MigrationOutcome, SlotMigration } from "../cluster/slot-migration.ts";
import { migrationsBeside } from "./migrations-beside.ts";

const listed = (id: string, outcome: MigrationOutcome): SlotMigration => ({
  id,
  role: "target",
  sourceId: idOf("a"),
  targetId: idOf("b"),
  slots: parseSlots("5-7"),
  state: outcome,
  outcome,
  reason: "",
  createdMs: 0,
});

test.each<{ source: MigrationOutcome[]; target: MigrationOutcome[]; beside: number; why: string }>([
  { source: ["running"], target: ["running"], beside: 1, why: "both list it" },
  { source: [], target: ["retrying"], beside: 1, why: "the source has not heard of it yet" },
  { source: ["running"], target: ["completed"], beside: 1, why: "the source is still to let go" },
  { source: ["running"], target: ["cancelled"], beside: 0, why: "the source has not heard that it is over" },
  { source: ["failed"], target: ["cancelled"], beside: 0, why: "it is over" },
])("$source and $target is $beside under way: $why", async ({ source, target, beside }) => {
  const aNode = (outcomes: MigrationOutcome[]) => ({
    migrations: () => Promise.resolve(outcomes.map((outcome) => listed("one", outcome))),
  });
  const clients = fakeClients({ "10.0.0.1:6379": aNode(source), "10.0.0.2:6379": aNode(target) });
  const found = await migrationsBeside(aFakeApplyContext({ clients }).context, aPairMove());
  expect(found).toHaveLength(beside);
});
