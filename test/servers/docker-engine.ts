import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { dockerAnswers } from "./docker-server.ts";
import { findOnPath } from "./find-on-path.ts";
import { canInstall, installPackages } from "./install-packages.ts";
import { runProgram } from "./run-program.ts";

/** A Docker engine, and the environment in which `docker` and testcontainers find it. */
export interface DockerEngine extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

const services = ["docker.service", "docker.socket", "containerd.service", "docker"];
const startTimeoutMs = 60_000;
const pollMs = 20;

/**
 * The engine that answers, or else one of its own, which ends with all that it has when it is disposed of.
 * Says on stderr what it installs or starts.
 */
export async function openDockerEngine(): Promise<DockerEngine> {
  if (await dockerAnswers()) return { env: {}, [Symbol.asyncDispose]: async () => undefined };
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error(
      "No Docker engine answers, and only root on Linux can start one here: start Docker, or set DOCKER_HOST.",
    );
  }
  await installEngine();
  return await startEngine();
}

async function installEngine(): Promise<void> {
  if (await findOnPath("dockerd")) return;
  if (!(await canInstall()))
    throw new Error("There is no dockerd on PATH, and no apt-get to install it with.");
  console.error("No Docker engine here: installing Debian's docker.io, without its service.");
  await installPackages({ packages: ["docker.io"], services });
  // Newer releases of Debian have the client in a package of its own.
  if (!(await findOnPath("docker"))) await installPackages({ packages: ["docker-cli"], services: [] });
}

/**
 * Starts dockerd in namespaces of its own. Its bridges and rules are thus no business of this machine's network (and it
 * has no way out of it), and the kernel itself ends all containers and mounts together with it.
 */
async function startEngine(): Promise<DockerEngine> {
  const folder = await mkdtemp(join(tmpdir(), "slotctl-docker-"));
  const socket = `unix://${join(folder, "docker.sock")}`;
  const logPath = join(folder, "dockerd.log");
  console.error(`Starting a Docker engine in ${folder}.`);
  const log = openSync(logPath, "a");
  const child = spawn("setpriv", [...withUs, ...namespaces, "dockerd", ...settings(folder, socket)], {
    // A group of its own: Ctrl-C at the terminal is for the command, which may need the engine to clean up.
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const stop = async () => {
    await end(child);
    // The kernel may still be at the mounts that were in there.
    await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: pollMs });
  };
  try {
    await untilItAnswers(child, socket);
  } catch (error) {
    const said = await readFile(logPath, "utf8");
    await stop();
    throw new Error(`dockerd did not start:\n${said.split("\n").slice(-20).join("\n")}`, { cause: error });
  }
  return { env: { DOCKER_HOST: socket }, [Symbol.asyncDispose]: stop };
}

/** However this process ends, be it killed. */
const withUs = ["--pdeathsig", "KILL"];
const namespaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Containers need to reach each other and nobody else, for which no rules are needed; some kernels have none. */
function settings(folder: string, socket: string): string[] {
  return [
    `--host=${socket}`,
    `--data-root=${join(folder, "data")}`,
    `--exec-root=${join(folder, "exec")}`,
    `--pidfile=${join(folder, "dockerd.pid")}`,
    "--iptables=false",
    "--ip6tables=false",
    "--ip-masq=false",
  ];
}

async function untilItAnswers(child: ChildProcess, socket: string): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  for (;;) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    const { exitCode } = await runProgram("docker", ["-H", socket, "version"]);
    if (exitCode === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`it did not answer within ${startTimeoutMs} ms`);
    await delay(pollMs);
  }
}

/** At once, for nothing of it is to be kept: its containers end with it, for they are below its namespace. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
