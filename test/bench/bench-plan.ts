import { type TestServer, versionLine } from "../servers/test-server.ts";
import { type BenchOptions, chosenServers } from "./bench-options.ts";
import type { BenchRow } from "./bench-row.ts";

/** What runs on one server, in order. */
export interface ServerPlan {
  readonly server: TestServer;
  readonly rows: readonly PlannedRow[];
}

export interface PlannedRow {
  readonly row: BenchRow;
  readonly rounds: number;
}

/** The main server is first, for most is required of it. Servers on which nothing is to run are left out. */
export function benchPlan(
  { rows, rounds, server: wanted }: Pick<BenchOptions, "rows" | "rounds" | "server">,
  { servers, mainServer }: { servers: readonly TestServer[]; mainServer: string },
): ServerPlan[] {
  const isMain = (server: TestServer) => versionLine(server) === mainServer;
  const runsOn = (row: BenchRow, server: TestServer) =>
    (row.runsOn?.(server) ?? true) && (wanted !== undefined || isMain(server) || row.isForEveryServer);
  const roundsOn = (row: BenchRow, server: TestServer) =>
    rounds ?? (isMain(server) ? row.rounds : (row.roundsElsewhere ?? row.rounds));
  const chosen = chosenServers(servers, wanted ?? "all");
  const ordered = [...chosen.filter(isMain), ...chosen.filter((server) => !isMain(server))];
  const plans = ordered.map((server) => ({
    server,
    rows: rows.filter((row) => runsOn(row, server)).map((row) => ({ row, rounds: roundsOn(row, server) })),
  }));
  return plans.filter(({ rows }) => rows.length > 0);
}

/** About how long all of it takes on two cores. */
export function secondsOf(plans: readonly ServerPlan[]): number {
  const all = plans.flatMap(({ rows }) => rows.map(secondsOfRow));
  return all.reduce((sum, seconds) => sum + seconds, 0);
}

function secondsOfRow({ row, rounds }: PlannedRow): number {
  const { prepare, ours, theirs } = row.seconds;
  return prepare + rounds * ours + Math.min(rounds, row.rivalRoundsMax ?? rounds) * theirs;
}
