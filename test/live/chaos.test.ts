import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chosenServer } from "../chaos/chaos-options.ts";
import { type Kill, MOVER_NAMES, moverNamed } from "../chaos/movers.ts";
import { runTrials } from "../chaos/run-trials.ts";
import { isBadExperiment, summaryLines } from "../chaos/trial-line.ts";
import type { TrialsSummary } from "../chaos/trials.ts";
import { listServers } from "../servers/list-servers.ts";

const servers = await listServers();
const TIMEOUT_MS = 300_000;
/** Seeds of trials that kill slotctl, and of those that kill a node. */
const ROUNDS: readonly { readonly seed: number; readonly kills: readonly Kill[] }[] = [
  { seed: 3000, kills: [...times(10, "cli"), ...times(2, "sigint")] },
  { seed: 4000, kills: ["source", "target"] },
];

/** The same as `npm run chaos`, fewer times: a hundred kills for each mover take minutes. */
test.concurrent.each(MOVER_NAMES)(
  "%s: every acknowledged write is there after kills at random moments, once the command has run again",
  async (name) => {
    const mover = moverNamed(name);
    const server = chosenServer(servers, mover.server);
    const evidenceDir = await mkdtemp(join(tmpdir(), "slotctl-chaos-"));
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const summaries: TrialsSummary[] = [];
    for (const round of ROUNDS)
      summaries.push(...(await runTrials({ ...round, mover, server, evidenceDir, say })));
    process.stderr.write(`${[...said, ...summaries.flatMap(summaryLines)].join("\n")}\n`);
    expect(summaries.flatMap(({ failed }) => failed)).toEqual([]);
    const ofSlotctl = summaries.filter(({ kill }) => kill === "cli");
    // An atomic move of so little is over in a tenth of a second: more than one hit cannot be relied on.
    expect(ofSlotctl.every(({ hits }) => hits.middle > 0)).toBe(true);
    expect(ofSlotctl.filter((summary) => name === "classic" && isBadExperiment(summary))).toEqual([]);
  },
  TIMEOUT_MS,
);

function times(count: number, kill: Kill): Kill[] {
  return Array.from({ length: count }, () => kill);
}
