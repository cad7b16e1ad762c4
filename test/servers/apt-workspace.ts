import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DebianArchive } from "./debian-archive.ts";
import { mustRun } from "./run-program.ts";
import { packagesOf, type Suite } from "./suites.ts";

/**
 * What the packages need to be installed, but a server does not need to run. Declared as installed already,
 * so that apt's own resolver comes back with the servers and their libraries and nothing else.
 */
const notNeeded = ["adduser", "debconf", "init-system-helpers", "lsb-base", "procps", "sysvinit-utils"];

const downloadTimeoutMs = 600_000;

/** Downloads a suite's servers and their libraries into `folder` with an apt of its own; the system's is not touched. */
export async function downloadPackages(
  suite: Suite,
  archive: DebianArchive,
  folder: string,
): Promise<string[]> {
  const configPath = await writeAptFiles(suite, archive, folder);
  const debs = join(folder, "debs");
  const apt = (...args: string[]) =>
    mustRun("apt-get", ["-q", "-c", configPath, ...args], {
      cwd: debs,
      timeoutMs: downloadTimeoutMs,
      env: { ...process.env, LC_ALL: "C" },
    });
  await apt("update");
  const simulation = await apt("install", "--simulate", "--no-install-recommends", ...packagesOf(suite));
  await apt("download", ...packagesToInstall(simulation));
  return (await readdir(debs)).map((name) => join(debs, name));
}

export function packagesToInstall(simulation: string): string[] {
  return [...simulation.matchAll(/^Inst (\S+) /gm)].flatMap(([, name]) => name ?? []);
}

async function writeAptFiles(suite: Suite, archive: DebianArchive, folder: string): Promise<string> {
  const inFolder = (...names: string[]) => join(folder, ...names);
  for (const name of ["state/lists/partial", "cache/archives/partial", "sources", "empty", "debs"]) {
    await mkdir(inFolder(name), { recursive: true });
  }
  await writeFile(inFolder("sources", "suite.sources"), sources(suite, archive));
  await writeFile(inFolder("preferences"), preferences(suite));
  await writeFile(inFolder("status"), notNeeded.map(installedStanza).join("\n"));
  await writeFile(inFolder("apt.conf"), aptConfig(folder));
  return inFolder("apt.conf");
}

/** Read after the system's configuration, of which proxies and the like stay in force; its hooks would touch the system. */
function aptConfig(folder: string): string {
  return `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${folder}/sources";
Dir::Etc::preferences "${folder}/preferences";
Dir::Etc::preferencesparts "${folder}/empty";
Dir::State "${folder}/state";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
`;
}

function sources({ name, librariesFrom }: Suite, { uri, architecture, keyring }: DebianArchive): string {
  const lines = [
    "Types: deb",
    `URIs: ${uri}`,
    `Suites: ${[name, librariesFrom].filter(Boolean).join(" ")}`,
    "Components: main",
    `Architectures: ${architecture}`,
    "Targets: Packages",
    keyring ? `Signed-By: ${keyring}` : "",
  ];
  return `${lines.filter(Boolean).join("\n")}\n`;
}

/** Experimental is never chosen by itself; only the servers shall come from it. */
function preferences(suite: Suite): string {
  if (!suite.librariesFrom) return "";
  return `Package: ${packagesOf(suite).join(" ")}\nPin: release a=${suite.name}\nPin-Priority: 990\n`;
}

function installedStanza(name: string): string {
  const stanza = ["Status: install ok installed", "Version: 9999", "Architecture: all", "Maintainer: none"];
  return `Package: ${name}\n${stanza.join("\n")}\nDescription: not needed\n`;
}
