import { describe, expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { ConnectFailed, NodeFailed, PartlyDone } from "../errors.ts";
import type { MigrationMissed } from "./follow-migration.ts";
import { migrationFailed } from "./migration-failed.ts";
import type { SideReport } from "./migration-report.ts";
import { redisAtomic } from "./redis-atomic.ts";

const move = aPairMove();
const silent: SideReport = {
  migration: undefined,
  traffic: undefined,
  error: new ConnectFailed("it does not answer", { code: "node-silent", reason: "silence" }),
};

function saying(reason: string): SideReport {
  const migration: SlotMigration = {
    id: "1".repeat(40),
    role: "target",
    sourceId: move.from.id,
    targetId: move.to.id,
    slots: move.slots,
    state: "failed",
    outcome: "failed",
    reason,
    createdMs: 0,
  };
  return { migration, traffic: undefined, error: undefined };
}

function failed(end: Partial<MigrationMissed>, target: SideReport) {
  const report = { source: saying(""), target };
  const missed = { owner: "source", trouble: undefined, notCancelled: undefined, report, ...end } as const;
  return migrationFailed({ server: redisAtomic, job: { move, slots: move.slots }, end: missed });
}

describe("what has ended a migration decides on the kind of failure with what is certain of its slots", () => {
  const demoted = saying("A failover occurred during slot import");
  const full = saying("OOM command not allowed");

  test.each([
    { what: "a failover, slots with the source", target: demoted, end: {}, Kind: NodeFailed },
    { what: "a failover, slots elsewhere", target: demoted, end: { owner: "neither" }, Kind: PartlyDone },
    { what: "a failover, nobody knows", target: demoted, end: { owner: "unclear" }, Kind: PartlyDone },
    { what: "a failover, not cancelled", target: demoted, end: { notCancelled: "no" }, Kind: PartlyDone },
    { what: "a lost node, slots with the source", target: silent, end: {}, Kind: NodeFailed },
    { what: "a lost node, not cancelled", target: silent, end: { notCancelled: "no" }, Kind: PartlyDone },
    { what: "a full target, not cancelled", target: full, end: { notCancelled: "no" }, Kind: NodeFailed },
  ] as const)("$what", ({ target, end, Kind }) => {
    expect(failed(end, target)).toBeInstanceOf(Kind);
  });
});

test("says which slots, why, where they are and what to do", () => {
  expect(failed({}, saying("A failover occurred during slot import."))).toMatchObject({
    code: "failed-over",
    node: "10.0.0.2:6379",
    message:
      "Slots 5-7 did not move from 10.0.0.1:6379 to 10.0.0.2:6379: one of them has changed its role: A failover occurred during slot import. They are still with 10.0.0.1:6379, and no slot is open.",
    hint: "Run the same command again: it plans with the roles of now.",
  });
});
