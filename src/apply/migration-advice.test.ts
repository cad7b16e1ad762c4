import { describe, expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import type { MigrationOutcome } from "../cluster/slot-migration.ts";
import { adviceFor } from "./migration-advice.ts";
import { isHopeless } from "../cluster/migration-reasons.ts";

interface Case {
  readonly reason: string;
  readonly code: string;
  readonly isHopeless?: boolean;
}

/** What Redis 8.6 and Valkey 9.1 were seen to say, or have among their texts. */
const cases: readonly Case[] = [
  { reason: "-NOAUTH Authentication required.", code: "atomic-unavailable", isHopeless: true },
  { reason: "-WRONGPASS invalid username-password pair", code: "atomic-unavailable", isHopeless: true },
  {
    reason: "The module x does not support atomic slot migrations.",
    code: "atomic-unavailable",
    isHopeless: true,
  },
  { reason: "slot migration not allowed on replica.", code: "failed-over", isHopeless: true },
  { reason: "Migration can only be used on primary nodes", code: "failed-over", isHopeless: true },
  { reason: "Ran out of memory (OOM) during slot import", code: "target-full", isHopeless: true },
  {
    reason: "all slot states must be STABLE to start a slot migration task.",
    code: "slots-open",
    isHopeless: true,
  },
  { reason: "Slots are being manually migrated", code: "slots-open", isHopeless: true },
  { reason: "Another migration task is already in progress", code: "migration-busy" },
  { reason: "Slot is already being imported on the target by a different migration", code: "migration-busy" },
  { reason: "Cancelled due to user request (state: accumulate-buffer)", code: "migration-cancelled" },
  { reason: "Cancelled due to manual failover (state: accumulate-buffer)", code: "failed-over" },
  { reason: "A failover occurred during slot import", code: "failed-over" },
  { reason: "Slots are no longer owned by myself", code: "failed-over" },
  { reason: "Cancelled due to FLUSHALL (state: send-bulk-and-stream)", code: "data-flushed" },
  { reason: "Data was flushed", code: "data-flushed" },
  { reason: "Server paused timeout", code: "write-pause-timeout" },
  { reason: "Sync buffer drain timeout", code: "write-pause-timeout" },
  {
    reason: "Unpaused before migration completed (migration may have succeeded with lost writes)",
    code: "write-pause-timeout",
  },
  { reason: "Client closed for overcoming of output buffer limits", code: "output-buffer-limit" },
  { reason: "Main and RDB channel clients are disconnected.", code: "target-unreachable" },
  {
    reason: "Main channel - Failed to sync with source node: Connection refused",
    code: "target-unreachable",
  },
  { reason: "Connection lost to target. Check CLUSTER GETSLOTMIGRATIONS", code: "target-unreachable" },
  { reason: "Timed out after too long with no interaction", code: "target-unreachable" },
  { reason: "Failed to perform snapshot", code: "migration-failed" },
];

describe("what servers say", () => {
  test.each(cases)("$reason: $code", ({ reason, code, isHopeless: is = false }) => {
    const advice = adviceFor({ reason, outcome: "failed", move: aPairMove() });
    expect(advice.code).toBe(code);
    expect(advice.hint).toMatch(/again|--mover classic/);
    expect(advice.reason).not.toBe("");
    expect(isHopeless(reason)).toBe(is);
  });

  test.each<{ outcome: MigrationOutcome | undefined; code: string }>([
    { outcome: "cancelled", code: "migration-cancelled" },
    { outcome: "failed", code: "migration-failed" },
    { outcome: undefined, code: "migration-lost" },
  ])("nothing, and it is $outcome: $code", ({ outcome, code }) => {
    const advice = adviceFor({ reason: "", outcome, move: aPairMove() });
    expect(advice).toMatchObject({ code, reason: expect.stringMatching(/\w/) });
  });
});
