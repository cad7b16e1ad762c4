import { parseSlots } from "../../../src/cluster/parse-slots.ts";
import type { SlotMigration } from "../../../src/cluster/slot-migration.ts";
import { idOf } from "../a-cluster.ts";
import { healthyBut, type ProblemCase } from "./problem-case.ts";

/** Slots that go from `a` to `b` by themselves. */
export function aMigration(changes: Partial<SlotMigration> = {}): SlotMigration {
  return {
    id: idOf("migration"),
    role: "target",
    sourceId: idOf("a"),
    targetId: idOf("b"),
    slots: parseSlots("5-6"),
    state: "streaming-buffer",
    outcome: "running",
    reason: "",
    createdMs: 1_790_000_000_000,
    ...changes,
  };
}

export const casesOfMigrations: readonly ProblemCase[] = [
  {
    code: "slots-migrating",
    what: "an atomic migration that both of its nodes tell of",
    topology: healthyBut({
      a: { view: { migrations: [aMigration({ role: "source", state: "send-stream" })] } },
      b: { view: { migrations: [aMigration()] } },
    }),
    found: ["info slots-migrating: a b [5-6]"],
  },
  {
    code: "slots-migrating",
    what: "an atomic migration whose target does not tell of it, and that a replica tells of too",
    topology: healthyBut({
      a: { view: { migrations: [aMigration({ role: "source" })] } },
      x: { view: { migrations: [aMigration({ id: idOf("other"), state: "occurring-on-primary" })] } },
    }),
    found: ["info slots-migrating: a b [5-6]"],
  },
  {
    code: "slots-migration-failing",
    what: "an atomic migration that its target begins anew for ever",
    topology: healthyBut({
      a: { view: { migrations: [aMigration({ role: "source" })] } },
      b: {
        view: {
          migrations: [
            aMigration({
              state: "failed",
              outcome: "retrying",
              reason: "Main channel - Connection timeout.",
            }),
          ],
        },
      },
    }),
    found: ["warning slots-migration-failing: a b [5-6]"],
  },
];
