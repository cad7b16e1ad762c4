import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { suites } from "./suites.ts";
import type { Engine, TestServer } from "./test-server.ts";

/** Written last into a suite's folder: its servers and the versions they gave. */
export const manifestName = "servers.json";

export type Manifest = readonly { readonly engine: Engine; readonly version: string }[];

export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "slotctl", "servers");
}

export function suiteFolder(suiteName: string): string {
  return join(cacheFolder(), suiteName);
}

export async function unpackedServers(): Promise<TestServer[]> {
  const perSuite = await Promise.all(suites.map(({ name }) => serversOfSuite(name)));
  return perSuite.flatMap((servers) => servers ?? []);
}

/** The servers of one suite, or undefined if it is not unpacked. */
export async function serversOfSuite(suiteName: string): Promise<TestServer[] | undefined> {
  const folder = suiteFolder(suiteName);
  const manifestPath = join(folder, manifestName);
  if (!(await exists(manifestPath))) return undefined;
  const manifest = JSON.parse(await readFile(manifestPath, "utf8")) as Manifest;
  return manifest.map(({ engine, version }) => ({ engine, version, ...programPaths(folder, engine) }));
}

export function programPaths(folder: string, engine: Engine) {
  return {
    serverPath: join(folder, "bin", `${engine}-server`),
    cliPath: join(folder, "bin", `${engine}-cli`),
    benchmarkPath: join(folder, "bin", `${engine}-benchmark`),
  };
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
