import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { delimiter, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import type { Engine } from "../cluster/node-view.ts";
import { Refused, UsageError } from "../errors.ts";
import { serverEnv } from "./server-env.ts";
import type { Env } from "./env.ts";

/** A server program on this machine. */
export interface LocalServer {
  readonly path: string;
  readonly engine: Engine;
  readonly version: string;
}

const PROGRAM_NAMES = ["redis-server", "valkey-server"];

/** For a program that does not know --version and starts to do something else. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * The server to start nodes with: the given one, else redis-server or valkey-server from PATH.
 *
 * As in a shell, a name without a slash is looked up on PATH. Engine and version are the program's own word, for
 * what is called redis-server may well be a Valkey.
 *
 * @throws UsageError when the given program cannot be started or is no such server.
 * @throws Refused when none is given and none is found.
 */
export async function findServer({
  path,
  env,
}: {
  path?: string | undefined;
  env: Env;
}): Promise<LocalServer> {
  if (path !== undefined) return askVersion(await resolveGiven({ path, env }), env);
  for (const name of PROGRAM_NAMES) {
    const found = await findOnPath({ name, env });
    if (found) return askVersion(found, env);
  }
  throw new Refused(`There is no ${PROGRAM_NAMES.join(" and no ")} on PATH.`, {
    code: "no-server",
    hint: await hintForNone(env),
  });
}

async function hintForNone(env: Env): Promise<string> {
  const unpacked = await findUnpacked(env);
  if (unpacked !== undefined) return `One that was unpacked here: pass --server ${unpacked}`;
  return "Install Redis or Valkey (on Debian and Ubuntu: apt-get install redis-server), or pass --server PATH.";
}

/** Where `npm run servers` of a checkout puts them, a folder for each release of Debian. */
async function findUnpacked(env: Env): Promise<string | undefined> {
  const cache = env["XDG_CACHE_HOME"] || (env["HOME"] ? join(env["HOME"], ".cache") : undefined);
  if (cache === undefined) return undefined;
  const folder = join(cache, "slotctl", "servers");
  const releases = await readdir(folder).catch((): string[] => []);
  for (const release of releases.sort()) {
    for (const name of PROGRAM_NAMES) {
      const candidate = join(folder, release, "bin", name);
      if (await isExecutableFile(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Reads the answer to --version: `Redis server v=7.0.15 sha=…`, and the same of Valkey. */
export function parseVersion(answer: string): Pick<LocalServer, "engine" | "version"> | undefined {
  const [, name, version] = /^(Redis|Valkey) server v=(\S+)/m.exec(answer) ?? [];
  if (!name || !version) return undefined;
  return { engine: name === "Redis" ? "redis" : "valkey", version };
}

async function resolveGiven({ path, env }: { path: string; env: Env }): Promise<string> {
  if (path !== "" && !path.includes(sep)) {
    const found = await findOnPath({ name: path, env });
    if (found) return found;
    throw badServer(`There is no "${path}" on PATH.`);
  }
  const absolute = resolve(path);
  if (await isExecutableFile(absolute)) return absolute;
  throw badServer(`${absolute} is not a file that can be executed.`);
}

async function findOnPath({ name, env }: { name: string; env: Env }): Promise<string | undefined> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const candidate = resolve(join(folder, name));
    if (await isExecutableFile(candidate)) return candidate;
  }
  return undefined;
}

/** Whatever the reason, a path that cannot be looked at cannot be started either. */
async function isExecutableFile(path: string): Promise<boolean> {
  const [isFile, isExecutable] = await Promise.all([
    stat(path).then(
      (found) => found.isFile(),
      () => false,
    ),
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    ),
  ]);
  return isFile && isExecutable;
}

async function askVersion(path: string, env: Env): Promise<LocalServer> {
  const { stdout } = await run(path, ["--version"], {
    env: serverEnv(env),
    timeout: ANSWER_TIMEOUT_MS,
  }).catch((error: Error & { stderr?: string }) => {
    throw badServer(`${path} --version failed: ${(error.stderr || error.message).trim()}`, error);
  });
  const answer = parseVersion(stdout);
  if (!answer)
    throw badServer(`${path} is not a Redis or Valkey server: it answers --version with something else.`);
  return { path, ...answer };
}

const run = promisify(execFile);

function badServer(message: string, cause?: Error): UsageError {
  const hint = "Pass the path of a redis-server or valkey-server program with --server.";
  return new UsageError(message, { code: "bad-server", hint, cause });
}
