import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { twoServers } from "../support/move-servers.ts";
import type { SlotctlResult } from "../support/run-slotctl.ts";

const servers = await twoServers();
const KEYS = 20_000;
/** Done; stale, for the other one has just ended; refused, for the other one is at work. */
const SENSIBLE = [0, 5, 7];

describe.each(servers)("two runs at the same time on $engine $version", (server) => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  interface Reshard {
    readonly from: number;
    readonly to: number;
    readonly slots: string;
  }
  const reshard = ({ from, to, slots }: Reshard) => {
    const pair = ["--from", cluster.address(from), "--to", cluster.address(to)];
    return [
      "reshard",
      cluster.seed,
      ...pair,
      "--slot-ranges",
      slots,
      "--mover",
      "classic",
      "--yes",
      "--json",
    ];
  };

  test.each([
    {
      what: "the same reshard",
      runs: [
        { from: 0, to: 1, slots: "0-999" },
        { from: 0, to: 1, slots: "0-999" },
      ],
    },
    {
      what: "the same slots to two receivers",
      runs: [
        { from: 0, to: 1, slots: "1000-1999" },
        { from: 0, to: 2, slots: "1000-1999" },
      ],
    },
    {
      what: "other slots of the same pair",
      runs: [
        { from: 0, to: 1, slots: "3000-3999" },
        { from: 0, to: 1, slots: "4000-4999" },
      ],
    },
    {
      what: "two that send to each other",
      runs: [
        { from: 0, to: 2, slots: "5000-5400" },
        { from: 2, to: 0, slots: "11000-11400" },
      ],
    },
  ])("$what: begun together, neither loses a key", async ({ runs }) => {
    const results = await Promise.all(runs.map((run) => cluster.slotctl(reshard(run))));
    for (const result of results) expectSense(result);
    // Whoever comes after them finishes what they left, and finds every key.
    for (const run of runs.slice(0, 1)) {
      expect([0, 7]).toContain((await cluster.slotctl(reshard(run))).exitCode);
    }
    await expectAllWell();
  });

  test("a run that comes while another one is at work is refused, and leaves it alone", async () => {
    let second: SlotctlResult | undefined;
    const first = await midway(
      { cluster, args: reshard({ from: 1, to: 2, slots: "6000-9999" }) },
      async (running) => {
        // It must not end before the second has looked for it.
        process.kill(running.pid, "SIGSTOP");
        const args = reshard({ from: 1, to: 0, slots: "9990-9999" });
        second = await cluster.slotctl(args.filter((word) => word !== "--json"));
        process.kill(running.pid, "SIGCONT");
      },
    );
    expect(first).toMatchObject({ exitCode: 0 });
    expect(second).toMatchObject({ exitCode: 7 });
    expect(second?.stderr).toMatch(
      /^✗ Another slotctl is moving slots or keys at .*\n +→ Wait until it has ended/,
    );
    // What the other one has in hand is nothing that an earlier run has left.
    expect(second?.stdout).not.toContain("earlier run");
    await expectAllWell();
  });

  async function expectAllWell(): Promise<void> {
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  }
});

function expectSense(result: SlotctlResult): void {
  expect(SENSIBLE).toContain(result.exitCode);
  expect(result.json().ok).toBe(result.exitCode === 0);
  expect(result.stderr).not.toMatch(/^\s+at /m);
}
