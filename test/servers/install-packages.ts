import { rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { findOnPath } from "./find-on-path.ts";
import { mustRun, runProgram } from "./run-program.ts";
import { exists } from "./server-cache.ts";

/** What to install, and which services that would start: their names for systemd and for System V's scripts. */
export interface Installation {
  readonly packages: readonly string[];
  readonly services: readonly string[];
}

/** Asked by Debian's packages before they start a service; 101 means no. */
const policyPath = "/usr/sbin/policy-rc.d";
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const installTimeoutMs = 600_000;
const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };

/** Only as root: asking for a password in the middle of a test run would be a surprise. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await findOnPath("apt-get")) !== undefined;
}

/** Installs packages for their programs alone: no service is started, now or at the next boot. */
export async function installPackages({ packages, services }: Installation): Promise<void> {
  if (!(await haveCandidates(packages))) await updateLists();
  await withoutServiceStart(services, async () => {
    const install = await runInstall(packages);
    if (install.exitCode === 0) return;
    // The machine's package lists may name versions that the archive no longer holds.
    await updateLists();
    const again = await runInstall(packages);
    if (again.exitCode !== 0)
      throw new Error(`apt-get cannot install ${packages.join(" ")}: ${again.stderr.trim()}`);
  });
}

function updateLists(): Promise<string> {
  return mustRun("apt-get", ["-q", "update"], { env, timeoutMs: installTimeoutMs });
}

function runInstall(packages: readonly string[]) {
  const args = ["-q", "-y", "--no-install-recommends", "install", ...packages];
  return runProgram("apt-get", args, { env, timeoutMs: installTimeoutMs });
}

async function haveCandidates(packages: readonly string[]): Promise<boolean> {
  const { stdout } = await runProgram("apt-cache", ["policy", ...packages], { env });
  return [...stdout.matchAll(/Candidate: \d/g)].length === packages.length;
}

async function withoutServiceStart(services: readonly string[], install: () => Promise<void>): Promise<void> {
  // A machine that has a policy of its own, as containers do, keeps it.
  if (await exists(policyPath)) {
    await install();
    return disable(services);
  }
  const removePolicy = () => rmSync(policyPath, { force: true });
  const endBySignal = (signal: NodeJS.Signals) => {
    removePolicy();
    process.off(signal, endBySignal);
    process.kill(process.pid, signal);
  };
  for (const signal of endingSignals) process.on(signal, endBySignal);
  try {
    await writeFile(policyPath, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    await install();
    await disable(services);
  } finally {
    removePolicy();
    for (const signal of endingSignals) process.off(signal, endBySignal);
  }
}

/** Packages enable their services while they are installed, which policy-rc.d has no say in. */
async function disable(services: readonly string[]): Promise<void> {
  if (services.length === 0) return;
  const isBooted = await exists("/run/systemd/system");
  if (isBooted) await mustRun("systemctl", ["stop", ...services]);
  // Both only change links, so they work where no service manager runs, as in a container.
  if (await findOnPath("systemctl")) await mustRun("systemctl", ["disable", ...services]);
  if (!(await findOnPath("update-rc.d"))) return;
  for (const service of services) {
    if (await exists(`/etc/init.d/${service}`)) await mustRun("update-rc.d", [service, "disable"]);
  }
}
