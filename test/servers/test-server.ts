import { runProgram } from "./run-program.ts";

export type Engine = "redis" | "valkey";

/** A server that tests can start: every path is one executable that takes the server's own arguments. */
export interface TestServer {
  readonly engine: Engine;
  readonly version: string;
  readonly serverPath: string;
  readonly cliPath: string;
  readonly benchmarkPath?: string;
  /** What ends it at once; only given where SIGKILL would end nothing but a launcher. */
  readonly endSignal?: NodeJS.Signals;
}

/** Asks the server itself, because suites move on and a name like redis-server may hide a Valkey. */
export async function askVersion(serverPath: string): Promise<{ engine: Engine; version: string }> {
  const { stdout, stderr, exitCode } = await runProgram(serverPath, ["--version"], { timeoutMs: 60_000 });
  const answer = parseVersionLine(stdout);
  if (!answer)
    throw new Error(`${serverPath} --version (exit ${exitCode}) says: ${`${stdout}${stderr}`.trim()}`);
  return answer;
}

export function parseVersionLine(line: string): { engine: Engine; version: string } | undefined {
  const [, name, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/.exec(line) ?? [];
  if (!name || !version) return undefined;
  return { engine: name === "Redis" ? "redis" : "valkey", version };
}

export function isAtLeast(version: string, wanted: string): boolean {
  return compareVersions(version, wanted) >= 0;
}

export function byEngineThenVersion(a: TestServer, b: TestServer): number {
  return a.engine.localeCompare(b.engine) || compareVersions(a.version, b.version);
}

/** Two servers with the same line behave the same to a test, so one of them is enough. */
export function versionLine({ engine, version }: TestServer): string {
  return `${engine} ${version.split(".").slice(0, 2).join(".")}`;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
