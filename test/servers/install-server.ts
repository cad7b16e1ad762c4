import { rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { findOnPath } from "./find-on-path.ts";
import { mustRun, runProgram } from "./run-program.ts";
import { exists } from "./server-cache.ts";

/** Asked by Debian's packages before they start a service; 101 means no. */
const policyPath = "/usr/sbin/policy-rc.d";
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const serviceName = "redis-server";
const installTimeoutMs = 600_000;
const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

/** Only as root: asking for a password in the middle of a test run would be a surprise. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await findOnPath("apt-get")) !== undefined;
}

/** Installs the package for its programs alone: no service is started on 6379, now or at the next boot. */
export async function installServer(): Promise<void> {
  if (!(await hasCandidate()))
    await mustRun("apt-get", ["-q", "update"], { env, timeoutMs: installTimeoutMs });
  await withoutServiceStart(async () => {
    const install = await runInstall();
    if (install.exitCode === 0) return;
    // The machine's package lists may name versions that the archive no longer holds.
    await mustRun("apt-get", ["-q", "update"], { env, timeoutMs: installTimeoutMs });
    const again = await runInstall();
    if (again.exitCode !== 0) throw new Error(`apt-get cannot install redis-server: ${again.stderr.trim()}`);
  });
}

function runInstall() {
  const args = ["-q", "-y", "--no-install-recommends", "install", "redis-server"];
  return runProgram("apt-get", args, { env, timeoutMs: installTimeoutMs });
}

async function hasCandidate(): Promise<boolean> {
  const { stdout } = await runProgram("apt-cache", ["policy", "redis-server"], {
    env: { ...process.env, LC_ALL: "C" },
  });
  return /Candidate: \d/.test(stdout);
}

async function withoutServiceStart(install: () => Promise<void>): Promise<void> {
  // A machine that has a policy of its own, as containers do, keeps it.
  if (await exists(policyPath)) {
    await install();
    return disableService();
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
    await disableService();
  } finally {
    removePolicy();
    for (const signal of endingSignals) process.off(signal, endBySignal);
  }
}

/** The package enables its service while it is installed, which policy-rc.d has no say in. */
async function disableService(): Promise<void> {
  const isBooted = await exists("/run/systemd/system");
  if (isBooted) await mustRun("systemctl", ["stop", serviceName]);
  // Both only change links, so they work where no service manager runs, as in a container.
  if (await findOnPath("systemctl")) await mustRun("systemctl", ["disable", serviceName]);
  if (await findOnPath("update-rc.d")) await mustRun("update-rc.d", [serviceName, "disable"]);
}
