import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { ConnectFailed } from "../errors.ts";
import type { MigrationReport, SideReport } from "./migration-report.ts";
import { MigrationWatch } from "./migration-watch.ts";

function side(changes: Partial<SlotMigration> = {}, bytes = 0): SideReport {
  const migration: SlotMigration = {
    id: "1",
    role: "target",
    sourceId: "a",
    targetId: "b",
    slots: SlotSet.of([5]),
    state: "snapshotting",
    outcome: "running",
    reason: "",
    createdMs: 0,
    ...changes,
  };
  return { migration, traffic: { sentBytes: 0, receivedBytes: bytes, savedKeys: 0 }, error: undefined };
}

const silence: SideReport = {
  migration: undefined,
  traffic: undefined,
  error: new ConnectFailed("10.0.0.2:6379 did not answer.", { code: "node-silent", reason: "no answer" }),
};

/** After how many seconds there is trouble when the nodes report this each second, and what. */
function troubleWith(
  reportAt: (second: number) => Partial<MigrationReport>,
  { waitMs = 30_000 }: { waitMs?: number } = {},
) {
  const clock = new FakeClock();
  const watch = new MigrationWatch({ clock, waitMs });
  for (let second = 0; second <= 300; second++) {
    const report = { source: side(), target: side(), ...reportAt(second) };
    const trouble = watch.see(report, clock.nowMs());
    if (trouble) return { second, ...trouble };
    clock.pass(1000);
  }
  return undefined;
}

const failed = (reason: string) => side({ outcome: "retrying", state: "failed", reason });

test.each([
  {
    name: "nothing at all happens",
    reportAt: () => ({}),
    trouble: { why: "quiet", second: 60, state: "snapshotting" },
  },
  {
    name: "bytes come in",
    reportAt: (second: number) => ({ target: side({}, second) }),
    trouble: undefined,
  },
  {
    name: "the state changes now and then",
    reportAt: (second: number) => ({ source: side({ state: `state ${Math.floor(second / 50)}` }) }),
    trouble: undefined,
  },
  {
    name: "another snapshot of the source is being taken",
    reportAt: (second: number) => ({
      source: { ...side(), traffic: { sentBytes: 0, receivedBytes: 0, savedKeys: second } },
    }),
    trouble: undefined,
  },
  {
    name: "nothing happens, and its nodes save to disk now and then",
    reportAt: (second: number) => {
      const traffic = { sentBytes: 0, receivedBytes: 0, savedKeys: second % 40 };
      const waiting = { ...side({ state: "waiting-to-pause" }), traffic };
      return { source: waiting, target: waiting };
    },
    trouble: { why: "quiet", second: 60, state: "waiting-to-pause" },
  },
  {
    name: "it changes its state and begins anew each time",
    reportAt: (second: number) => ({
      target: side({ state: `state ${second}`, reason: "Connection closed" }),
    }),
    trouble: { why: "quiet", second: 60 },
  },
  {
    name: "it fails and fails",
    reportAt: () => ({ target: failed("Connection refused") }),
    trouble: { why: "retrying", second: 10, reason: "Connection refused" },
  },
  {
    name: "it fails twice, long apart",
    reportAt: (second: number) =>
      second === 3 || second === 40 ? { target: failed("Reset") } : { target: side({}, second) },
    trouble: undefined,
  },
  {
    name: "it fails again before it has recovered",
    reportAt: (second: number) =>
      second % 5 === 3 ? { target: failed("Reset") } : { target: side({}, second) },
    trouble: { why: "retrying", second: 13 },
  },
  {
    name: "it recovers and fails again, and never gets further",
    reportAt: (second: number) =>
      second % 20 === 3 ? { target: failed("Reset") } : { target: side({}, second) },
    trouble: { why: "retrying", second: 103 },
  },
  {
    name: "it fails once",
    reportAt: (second: number) => (second === 3 ? { target: failed("Reset") } : { target: side({}, second) }),
    trouble: undefined,
  },
  {
    name: "it fails for something that somebody has to change",
    reportAt: () => ({ target: failed("-NOAUTH Authentication required.") }),
    trouble: { why: "retrying", second: 0 },
  },
  {
    name: "the source is busy with another one: as long as the cluster may take",
    reportAt: () => ({ target: failed("Another migration task is already in progress") }),
    trouble: { why: "retrying", second: 30 },
  },
  {
    name: "the target is out of reach",
    reportAt: (second: number) => ({ source: side({}, second), target: silence }),
    trouble: { why: "unreached", second: 10, side: "target", detail: "no answer" },
  },
  {
    name: "the target is out of reach now and then",
    reportAt: (second: number) => ({
      source: side({}, second),
      ...(second % 9 === 0 ? {} : { target: silence }),
    }),
    trouble: undefined,
  },
])("$name", ({ reportAt, trouble }) => {
  const found = troubleWith(reportAt);
  expect([found]).toMatchObject([trouble]);
});
