import { expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { killFix } from "../support/kill-fix.ts";
import { representatives } from "../support/live-versions.ts";
import { MoveCluster } from "../support/move-cluster.ts";

const TRIALS = Number(process.env["FIX_KILLS"] ?? 2);
const FIRST_SEED = Number(process.env["FIX_SEED"] ?? 1000);
const TRIAL_TIMEOUT_MS = 60_000;

test.concurrent.each(representatives(await listServers()))(
  "fix that is killed at a random moment is finished by another one, with every key, on $engine $version",
  { timeout: TRIALS * TRIAL_TIMEOUT_MS },
  async (server) => {
    await using cluster = await MoveCluster.form({ server, primaries: 3 });
    const faults: string[] = [];
    let hits = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + TRIALS; seed++) {
      const killed = await killFix(cluster, seed);
      faults.push(...killed.faults.map((fault) => `seed ${seed}: ${fault}`));
      if (killed.isHit) hits++;
    }
    process.stderr.write(`${server.engine} ${server.version}: ${hits} of ${TRIALS} kills hit a step\n`);
    expect(faults).toEqual([]);
    // A kill that hits nothing shows nothing.
    expect(hits).toBeGreaterThan(0);
  },
);
