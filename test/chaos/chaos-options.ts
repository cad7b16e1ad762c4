import { parseArgs } from "node:util";
import { type TestServer, versionLine } from "../servers/test-server.ts";
import { type Kill, KILLS, MOVER_NAMES, type MoverName } from "./movers.ts";

export interface ChaosOptions {
  readonly movers: readonly MoverName[];
  readonly kills: readonly Kill[];
  /** How often each is killed; undefined: as often as suits what is killed. */
  readonly times: number | undefined;
  /** Undefined: any. */
  readonly seed: number | undefined;
  /** Engine and version as in "redis 7.0"; undefined: the one that suits the mover. */
  readonly server: string | undefined;
  readonly help: boolean;
}

export const usage = `npm run chaos -- [--mover NAME] [--kill WHO] [--times N] [--seed S] [--server "redis 7.0"]

  --mover   ${MOVER_NAMES.join(", ")} or all (default)
  --kill    ${KILLS.join(", ")} or all (default): cli and sigint stop slotctl, source and target kill a node
  --times   how many trials of each; 100 by default, 10 or fewer in CI; 1 with --seed
  --seed    of the first trial; the next ones count up from there
  --server  which server; by default one that has the mover (npm run servers fetches them)

Exits with 1 if a promise was not kept, or if fewer than half of the kills hit the middle of a move.`;

/** @throws Error with a sentence for whoever typed the flags. */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mover: { type: "string", default: "all" },
      kill: { type: "string", default: "all" },
      times: { type: "string" },
      seed: { type: "string" },
      server: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const seed = values.seed === undefined ? undefined : wholeNumber("--seed", values.seed);
  const times = values.times === undefined ? undefined : wholeNumber("--times", values.times);
  if (times === 0) throw new Error("--times 0: nothing would be tried");
  return {
    movers: chosen("--mover", values.mover, MOVER_NAMES),
    kills: chosen("--kill", values.kill, KILLS),
    times: times ?? (seed === undefined ? undefined : 1),
    seed,
    server: values.server,
    help: values.help,
  };
}

const TIMES: Readonly<Record<Kill, { readonly usual: number; readonly inCi: number }>> = {
  cli: { usual: 100, inCi: 10 },
  sigint: { usual: 100, inCi: 3 },
  source: { usual: 100, inCi: 2 },
  target: { usual: 100, inCi: 2 },
};

/** A trial in which a node dies takes longer: the cluster has to be ok again before it goes on. */
export function timesFor(kill: Kill, { isCi }: { isCi: boolean }): number {
  return isCi ? TIMES[kill].inCi : TIMES[kill].usual;
}

/** @throws Error that names what there is. */
export function chosenServer(servers: readonly TestServer[], wanted: string): TestServer {
  const found = servers.find((server) => versionLine(server) === wanted);
  if (found) return found;
  const here = servers.map(versionLine).join(", ") || "none";
  throw new Error(`--server "${wanted}": here are ${here}; npm run servers fetches more`);
}

function chosen<Name extends string>(flag: string, value: string, names: readonly Name[]): readonly Name[] {
  if (value === "all") return names;
  const found = names.filter((name) => name === value);
  if (found.length === 0) throw new Error(`${flag} ${value}: there are ${names.join(", ")} and all`);
  return found;
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${flag} ${text}: not a whole number`);
  return Number(text);
}
