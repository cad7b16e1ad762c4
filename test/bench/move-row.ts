import type { TestServer } from "../servers/test-server.ts";
import type { BenchRow, Measure } from "./bench-row.ts";
import type { Sample } from "./sample.ts";
import { client, peak, returns } from "./measures.ts";
import type { Ground } from "./move/ground.ts";
import { type Rival, rivalProgram, rivalTitle } from "./move/rivals.ts";
import { runMove } from "./move/run-move.ts";
import type { Scenario } from "./move/scenario.ts";

export interface MoveRow {
  readonly name: string;
  readonly scenario: Scenario;
  /** How slotctl is told to move; absent where its default is meant. */
  readonly flags: Readonly<Record<string, string>>;
  readonly rival: Rival;
  /** A client reads and writes beside it. Without one, a row tells of speed alone. */
  readonly isLoaded?: boolean;
  /** Fewer slots than the scenario's, where only the harm to clients is asked for. */
  readonly slotCount?: number;
  readonly rounds: number;
  readonly roundsElsewhere?: number;
  readonly rivalRoundsMax?: number;
  readonly required?: {
    readonly on: (server: TestServer) => boolean;
    readonly ratioMin?: number;
    readonly p99BelowMs?: number;
  };
  readonly runsOn?: (server: TestServer) => boolean;
  readonly isForEveryServer?: boolean;
  readonly seconds: BenchRow["seconds"];
}

const peakBelowBytes = 150_000_000;

/** `reshard`; between runs everything goes back, which is not timed. */
export function moveRow(row: MoveRow): BenchRow {
  const { name, scenario, rounds, seconds, isLoaded = false } = row;
  const slotCount = row.slotCount ?? scenario.slotCount;
  return {
    name,
    title: titleOf(row),
    measures: measuresOf(row),
    rounds,
    seconds,
    ...(row.roundsElsewhere === undefined ? {} : { roundsElsewhere: row.roundsElsewhere }),
    ...(row.rivalRoundsMax === undefined ? {} : { rivalRoundsMax: row.rivalRoundsMax }),
    ...(row.runsOn ? { runsOn: row.runsOn } : {}),
    ...(row.isForEveryServer ? { isForEveryServer: true } : {}),
    prepare: async (grounds) => {
      const ground = await grounds.at(scenario);
      const slotctl = slotctlArgs(ground, row, slotCount);
      const program = rivalProgram(row.rival, { ground, slotCount });
      const rivalKey = `${row.rival} ${scenario.name} ${slotCount} ${isLoaded ? "loaded" : "alone"}`;
      return {
        rival: rivalTitle(row.rival, grounds.server),
        ours: () => runMove(ground, { mover: { slotctl }, slotCount, isLoaded }),
        theirs: (round): Promise<Sample> =>
          grounds.rival(`${rivalKey} ${round}`, () =>
            runMove(ground, { mover: { program }, slotCount, isLoaded }),
          ),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

function titleOf({ scenario, flags, isLoaded, slotCount }: MoveRow): string {
  const given = Object.entries(flags).map(([flag, value]) => `--${flag} ${value}`);
  const what = slotCount === undefined ? scenario.title : `${slotCount} of ${scenario.title}`;
  const beside = isLoaded ? ", beside 5,000 operations a second" : "";
  return `move ${what}${beside}${given.length > 0 ? ` (${given.join(" ")})` : ""}`;
}

function measuresOf({ isLoaded, required }: MoveRow): Measure[] {
  const { on, ratioMin, p99BelowMs } = required ?? {};
  const requiredOn = on ? { requiredOn: on } : {};
  const speed: Measure = {
    name: returns,
    unit: "ms",
    ...requiredOn,
    ...(ratioMin === undefined ? {} : { ratioMin }),
  };
  const p99: Measure = {
    ...clientMeasure(client.p99),
    ...requiredOn,
    ...(p99BelowMs === undefined ? {} : { oursBelow: p99BelowMs }),
  };
  const memory: Measure = { name: peak, unit: "bytes", oursBelow: peakBelowBytes, isUncompared: true };
  if (!isLoaded) return [speed, memory];
  const others = [client.max, client.before].map(clientMeasure);
  const failed: Measure = { name: client.failed, unit: "count", oursBelow: 1, isUncompared: true };
  return [speed, clientMeasure(client.p50), p99, ...others, failed, memory];
}

function clientMeasure(name: string): Measure {
  return { name, unit: "ms", isUncompared: true };
}

function slotctlArgs(ground: Ground, { scenario, flags }: MoveRow, slotCount: number): string[] {
  const from = scenario.from === "all" ? "all" : ground.seed;
  const args = ["reshard", ground.seed, "--to", ground.target.address, "--from", from];
  const given = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
  return [...args, "--slots", String(slotCount), "--yes", ...given];
}
