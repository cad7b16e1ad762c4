import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { listServers } from "../servers/list-servers.ts";
import { mustRun } from "../servers/run-program.ts";
import { buildIfStale } from "../support/build-if-stale.ts";
import { type BenchOptions, benchOptions, usage, usualRoundTripMs } from "./bench-options.ts";
import { benchPlan, secondsOf, type ServerPlan } from "./bench-plan.ts";
import { Grounds } from "./grounds.ts";
import { machineLine } from "./machine-line.ts";
import { renderMarkdown, renderTable, type ServerResults } from "./render-results.ts";
import { mainServer } from "./main-server.ts";
import { rows } from "./rows.ts";
import { type RowResult, runRow } from "./run-row.ts";
import { summarize } from "./summarize.ts";
import { writeBetween } from "./write-between.ts";

/** Times slotctl against the servers' own client, side by side, and prints how they compare. */
const documentUrl = new URL("../../docs/performance.md", import.meta.url);
const markers = { start: "<!-- bench: start -->", end: "<!-- bench: end -->" };

try {
  const options = benchOptions(process.argv.slice(2), rows);
  if (options.help) console.log(`${usage}\n\n${rowLines().join("\n")}`);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: BenchOptions): Promise<void> {
  const plans = benchPlan(options, { servers: await listServers(), mainServer });
  const machine = machineLine(options);
  say(`this takes about ${Math.ceil(secondsOf(plans) / 60)} minutes`);
  await buildIfStale(say);
  const all: ServerResults[] = [];
  const failures: string[] = [];
  for (const plan of plans) all.push(await onServer(plan, { options, failures }));

  console.log(`${machine}\n\n${renderTable(all)}`);
  if (options.jsonPath !== undefined) await writeFile(options.jsonPath, json(machine, all));
  for (const failure of failures) say(failure);
  if (options.write && failures.length === 0) await writeDocument({ machine, options, all });
  const missed = all.flatMap(({ results }) => results.flatMap(summarize)).filter(({ met }) => met === false);
  if (missed.length > 0 || failures.length > 0) process.exitCode = 1;
}

/** A row that fails does not take with it what the others have measured, but it keeps the document from being written. */
async function onServer(
  { server, rows }: ServerPlan,
  { options, failures }: { options: BenchOptions; failures: string[] },
): Promise<ServerResults> {
  const place = `${server.engine} ${server.version}`;
  say(`on ${place}:`);
  await using grounds = new Grounds(server, options);
  const results: RowResult[] = [];
  for (const { row, rounds } of rows) {
    try {
      results.push(await runRow(row, { grounds, rounds, say }));
    } catch (error) {
      failures.push(
        `${row.name} FAILED on ${place}: ${error instanceof Error ? error.message : String(error)}`,
      );
      say(failures.at(-1) ?? "");
      // Nobody knows what it left behind.
      await grounds.clear();
    }
  }
  return { server, results };
}

function say(line: string): void {
  console.error(line);
}

function rowLines(): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(
    ({ name, title, isForEveryServer }) => `${isForEveryServer ? "*" : " "} ${name.padEnd(width)}  ${title}`,
  );
}

function json(machine: string, all: readonly ServerResults[]): string {
  const plain = all.flatMap(({ server, results }) =>
    results.map((result) => ({
      server: `${server.engine} ${server.version}`,
      row: result.row.name,
      rival: result.rival,
      summaries: summarize(result),
      ours: result.ours,
      theirs: result.theirs,
    })),
  );
  return `${JSON.stringify({ machine, results: plain }, undefined, 2)}\n`;
}

async function writeDocument({
  machine,
  options,
  all,
}: {
  machine: string;
  options: BenchOptions;
  all: readonly ServerResults[];
}): Promise<void> {
  const content = `\`${commandOf(options)}\` on ${machine}:\n\n${renderMarkdown(all)}`;
  const text = await readFile(documentUrl, "utf8");
  const path = fileURLToPath(documentUrl);
  await writeFile(path, writeBetween(text, { ...markers, content }));
  // npm run has it on the PATH.
  await mustRun("oxfmt", [path]);
}

/** The command that makes the same table again, wherever it is typed: without the file that --json named. */
function commandOf(options: BenchOptions): string {
  const words = ["npm run bench --"];
  if (options.rows.length < rows.length) words.push("--rows", options.rows.map(({ name }) => name).join());
  if (options.rounds !== undefined) words.push("--rounds", String(options.rounds));
  if (options.server !== undefined) words.push("--server", JSON.stringify(options.server));
  if (options.roundTripMs !== usualRoundTripMs) words.push("--round-trip", String(options.roundTripMs));
  return [...words, "--write"].join(" ");
}
