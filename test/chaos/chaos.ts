import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listServers } from "../servers/list-servers.ts";
import { versionLine } from "../servers/test-server.ts";
import { buildIfStale } from "../support/build-if-stale.ts";
import { type ChaosOptions, chaosOptions, chosenServer, timesFor, usage } from "./chaos-options.ts";
import { isNodeKill, type Kill, type MoverName, moverNamed } from "./movers.ts";
import { runTrials } from "./run-trials.ts";
import type { TrialsSummary } from "./trials.ts";
import { isBadExperiment, summaryLines } from "./trial-line.ts";

/** Kills slotctl or the nodes while slots move, and looks whether every acknowledged write is still there. */
const EVIDENCE_DIR = join(fileURLToPath(new URL("../..", import.meta.url)), ".cache", "chaos");
const SEEDS = 1_000_000;

try {
  const options = chaosOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await chaos(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function chaos(options: ChaosOptions): Promise<void> {
  await buildIfStale(say);
  const summaries: TrialsSummary[] = [];
  for (const name of options.movers) {
    for (const kills of rounds(options)) summaries.push(...(await trialsOf(options, { name, kills })));
  }
  console.log(`\n${summaries.flatMap(summaryLines).join("\n")}`);
  const failed = summaries.flatMap((summary) => summary.failed);
  if (failed.length > 0) console.log(`\n${failed.join("\n")}`);
  // One trial that is run once more may hit wherever it did.
  if (failed.length > 0 || (options.times !== 1 && summaries.some(isBadExperiment))) process.exitCode = 1;
}

/** What is killed on one cluster: slotctl on the first, nodes on the second. */
function rounds({ kills, times }: ChaosOptions): Kill[][] {
  const isCi = Boolean(process.env["CI"]);
  const round = (some: readonly Kill[]) =>
    some.flatMap((kill) => Array.from({ length: times ?? timesFor(kill, { isCi }) }, () => kill));
  const all = [round(kills.filter((kill) => !isNodeKill(kill))), round(kills.filter(isNodeKill))];
  return all.filter(({ length }) => length > 0);
}

async function trialsOf(
  options: ChaosOptions,
  { name, kills }: { name: MoverName; kills: readonly Kill[] },
): Promise<TrialsSummary[]> {
  const mover = moverNamed(name);
  const server = chosenServer(await listServers(), options.server ?? mover.server);
  const seed = options.seed ?? Math.floor(Math.random() * SEEDS);
  say(`${name} on ${versionLine(server)}: ${kills.length} trials from seed ${seed}`);
  return await runTrials({ mover, server, kills, seed, evidenceDir: EVIDENCE_DIR, say });
}

function say(line: string): void {
  console.error(line);
}
