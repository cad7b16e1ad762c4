import { parseArgs } from "node:util";
import { type TestServer, versionLine } from "../servers/test-server.ts";
import type { BenchRow } from "./bench-row.ts";

export interface BenchOptions {
  readonly rows: readonly BenchRow[];
  readonly rounds: number | undefined;
  /** Engine and version as in "redis 7.0", several, or "all"; as typed. Undefined leaves it to each row. */
  readonly server: string | undefined;
  /** Between operator and nodes, and between the nodes, in the rows that are far away. */
  readonly roundTripMs: number;
  readonly jsonPath: string | undefined;
  /** Put the table into docs/performance.md. */
  readonly write: boolean;
  readonly help: boolean;
}

/** A line of a millisecond each way, through a forwarder: two timers of a millisecond come to this. */
export const usualRoundTripMs = 2.4;

export const usage = `npm run bench -- [--rows NAME,…] [--rounds N] [--server LIST] [--round-trip MS]
                 [--json FILE] [--write]

  --rows        what to time, of those below; all without it
  --rounds      how often each side runs, for all rows
  --server      which servers, and the clients that belong to them: "redis 7.0", "redis 8.6,valkey 9.1", or all;
                without it redis 7.0, and for rows marked * every server (npm run servers fetches them)
  --round-trip  milliseconds that it takes to and fro in the rows that are far away; 2.4 without it
  --json        writes every single measurement to FILE
  --write       puts the tables into docs/performance.md, unless a row fails

Exits with 1 if a requirement is missed or a row fails.`;

/** @throws Error with a sentence for whoever typed the flags. */
export function benchOptions(args: readonly string[], known: readonly BenchRow[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", multiple: true },
      rounds: { type: "string" },
      server: { type: "string" },
      "round-trip": { type: "string" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    rows: chosenRows(values.rows, known),
    rounds: values.rounds === undefined ? undefined : countOf(values.rounds),
    server: values.server,
    roundTripMs: values["round-trip"] === undefined ? usualRoundTripMs : roundTripOf(values["round-trip"]),
    jsonPath: values.json,
    write: values.write,
    help: values.help,
  };
}

/** In the order of the table, whatever the order they were named in. */
function chosenRows(given: readonly string[] | undefined, known: readonly BenchRow[]): readonly BenchRow[] {
  if (!given) return known;
  const names = given.flatMap((list) => list.split(","));
  const unknown = names.find((name) => !known.some((row) => row.name === name));
  if (unknown !== undefined)
    throw new Error(`--rows ${unknown}: there are ${known.map((row) => row.name).join(", ")}`);
  return known.filter((row) => names.includes(row.name));
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--rounds ${text}: not a number of rounds`);
  return count;
}

function roundTripOf(text: string): number {
  const ms = Number(text);
  if (!(ms > 0)) throw new Error(`--round-trip ${text}: not a number of milliseconds`);
  return ms;
}

/** The servers that a list names, where a version may be as short as "redis 7". */
export function chosenServers(servers: readonly TestServer[], wanted: string): readonly TestServer[] {
  if (wanted === "all") return servers;
  return wanted.split(",").map((name) => chosenServer(servers, name.trim()));
}

function chosenServer(servers: readonly TestServer[], wanted: string): TestServer {
  const found = servers.find(
    (server) =>
      `${versionLine(server)}.`.startsWith(`${wanted}.`) || `${server.engine} ${server.version}` === wanted,
  );
  if (found) return found;
  const here = servers.map(versionLine).join(", ") || "none";
  throw new Error(`--server "${wanted}": here are ${here}; npm run servers fetches more`);
}
