/**
 * Unpacks the Redis and Valkey servers that live tests run on into the cache folder, one folder per
 * Debian suite. Run by `npm run servers`; does nothing for suites it has, unless called with --refresh.
 */
import { parseArgs } from "node:util";
import { findDebianArchive } from "./debian-archive.ts";
import { serversOfSuite } from "./server-cache.ts";
import { suites, type Suite } from "./suites.ts";
import { removeLeftovers, unpackSuite } from "./unpack-suite.ts";

type Failure = { readonly suite: Suite; readonly reason: string };

const { values: flags } = parseArgs({ options: { refresh: { type: "boolean", default: false } } });

const failures = await unpackMissing(flags.refresh);
for (const { name } of suites) {
  for (const { engine, version, serverPath } of (await serversOfSuite(name)) ?? []) {
    console.log(`${engine.padEnd(6)} ${version.padEnd(7)} ${serverPath}`);
  }
}
for (const { suite, reason } of failures) console.error(`${suite.name} cannot be had: ${reason}`);
process.exitCode = failures.every(({ suite }) => suite.mayBeGone) ? 0 : 1;

async function unpackMissing(refresh: boolean): Promise<Failure[]> {
  const wanted: Suite[] = [];
  for (const suite of suites) if (refresh || !(await serversOfSuite(suite.name))) wanted.push(suite);
  if (wanted.length === 0) return [];

  await removeLeftovers();
  try {
    const archive = await findDebianArchive();
    const results = await Promise.allSettled(wanted.map((suite) => unpackSuite(suite, archive)));
    return wanted.flatMap((suite, index) => {
      const result = results[index];
      return result?.status === "rejected" ? [{ suite, reason: reasonOf(result.reason) }] : [];
    });
  } catch (error) {
    return wanted.map((suite) => ({ suite, reason: reasonOf(error) }));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
