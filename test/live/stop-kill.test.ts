import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { startTraffic } from "../support/move-traffic.ts";
import { until } from "../support/move-until.ts";
import { twoServers } from "../support/move-servers.ts";
import type { RunningSlotctl } from "../support/run-slotctl.ts";

const servers = await twoServers();
const KEYS = 10_000;
/** Per command; there are four commands. */
const KILLS = 2;
/** About as long as any of the moves takes. */
const MOMENTS_MS = 500;
/** Each run takes several times as long where many other programs want the processor. */
const TEST_TIMEOUT_MS = 240_000;

describe.each(servers)("slotctl killed at any moment on $engine $version", (server) => {
  test(
    "the same command again finishes, and no key is lost, with clients at work all the time",
    async () => {
      await using cluster = await MoveCluster.form({ server });
      await loadKeys({ port: cluster.port, count: KEYS });
      const traffic = await startTraffic({ port: cluster.port, workers: 4 });
      const commands: string[][] = [
        ["rebalance", cluster.seed, "--weight", `${cluster.address(0)}=2`, "--mover", "classic", "--yes"],
        [
          "reshard",
          cluster.seed,
          "--to",
          cluster.address(2),
          "--from",
          "all",
          "--slot-ranges",
          "500-2499",
          "--mover",
          "classic",
          "--yes",
        ],
        ["rebalance", cluster.seed, "--mover", "classic", "--yes"],
        ["del-node", cluster.seed, cluster.address(2), "--drain", "--mover", "classic", "--yes"],
      ];
      for (const args of commands) {
        for (let kill = 0; kill < KILLS; kill++) await killMidway(cluster, args);
        const finished = await cluster.slotctl(args);
        expect(finished).toMatchObject({ exitCode: 0 });
        expect(await cluster.errorsFound()).toEqual([]);
      }
      const { errors, lost, operations } = await traffic.stop();
      expect({ errors, lost }).toEqual({ errors: [], lost: [] });
      expect(operations).toBeGreaterThan(1000);
      expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});

/** Runs the command and kills it at a random moment after it has begun to change something, if it still runs. */
async function killMidway(cluster: MoveCluster, args: readonly string[]): Promise<void> {
  let running: RunningSlotctl | undefined;
  let ended = false;
  const ending = cluster
    .slotctl([...args, "--progress", "json"], { onStart: (started) => (running = started) })
    .finally(() => (ended = true));
  await until(() => ended || (running?.stderrSoFar().includes('"step-start"') ?? false));
  await delay(Math.random() * MOMENTS_MS);
  running?.kill("SIGKILL");
  const { exitCode } = await ending;
  // It was killed, or it was done before.
  expect([null, 0]).toContain(exitCode);
}
