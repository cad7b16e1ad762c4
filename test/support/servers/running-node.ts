import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endWithProcess, letGo } from "./end-with-process.ts";
import { nodeConfig, type NodeConfigInput } from "./node-config.ts";
import { ping } from "./ping.ts";
import { busOffset } from "./port-blocks.ts";

export interface RunningNodeOptions extends NodeConfigInput {
  readonly readyTimeoutMs: number;
}

const pollMs = 10;
const exitTimeoutMs = 15_000;

/** One server process with a port and a directory of its own. */
export class RunningNode {
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
  readonly dir: string;
  /** host:port, with an IPv6 host in brackets. */
  readonly address: string;
  readonly #options: RunningNodeOptions;
  #child: ChildProcess | undefined;

  constructor(options: RunningNodeOptions) {
    this.host = options.host;
    this.port = options.port;
    this.busPort = options.port + busOffset;
    this.dir = options.dir;
    this.address = options.host.includes(":")
      ? `[${options.host}]:${options.port}`
      : `${options.host}:${options.port}`;
    this.#options = options;
  }

  /** The pid of the process that runs, or that ran last. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.address} was never started`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Writes the configuration and starts the process; returns when it answers PING. */
  async start(): Promise<void> {
    endWithProcess(this);
    await writeFile(this.#configPath, nodeConfig(this.#options));
    await this.#launch();
  }

  /** Ends the process, as a crash would unless another signal is given, and returns when it is gone. */
  async kill(signal: NodeJS.Signals = this.#endSignal): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const { promise: exited, resolve } = Promise.withResolvers<true>();
    child.once("exit", () => resolve(true));
    child.kill(signal);
    const abort = new AbortController();
    const deadline = delay(exitTimeoutMs, false as const, { signal: abort.signal }).catch(
      () => false as const,
    );
    const isGone = await Promise.race([exited, deadline]);
    abort.abort();
    if (!isGone) throw new Error(`${this.address} still runs ${exitTimeoutMs} ms after ${signal}`);
  }

  /** Stops the process in its tracks: it holds its connections and answers nobody. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Starts again on the same port, directory and configuration file (CONFIG REWRITE is kept), killing it first if it runs. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#launch();
  }

  /** All that the process has printed, over restarts. */
  async log(): Promise<string> {
    return readFile(this.#logPath, "utf8");
  }

  /** Ends the process, paused or not, and removes its directory. */
  async remove(): Promise<void> {
    this.resume();
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
    letGo(this);
  }

  /** The same without waiting, for when there is no time left to wait. */
  endNow(): void {
    this.#child?.kill(this.#endSignal);
  }

  get #endSignal(): NodeJS.Signals {
    return this.#options.server.endSignal ?? "SIGKILL";
  }

  get #configPath(): string {
    return join(this.dir, "server.conf");
  }

  get #logPath(): string {
    return join(this.dir, "server.log");
  }

  async #launch(): Promise<void> {
    const log = await open(this.#logPath, "a");
    try {
      // Its own session: Ctrl-C in a terminal goes to the tests, which then end their servers themselves.
      this.#child = spawn(this.#options.server.serverPath, [this.#configPath], {
        cwd: this.dir,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
      });
      await spawned(this.#child);
    } finally {
      await log.close();
    }
    this.#child.unref();
    await this.#waitUntilReady();
  }

  async #waitUntilReady(): Promise<void> {
    const { readyTimeoutMs } = this.#options;
    const deadline = performance.now() + readyTimeoutMs;
    let reason = "not asked yet";
    while (this.isRunning && performance.now() < deadline) {
      const answer = await ping(this.#options, deadline - performance.now());
      if (answer.isReady) return;
      ({ reason } = answer);
      await delay(pollMs);
    }
    const problem = this.isRunning ? `is not ready after ${readyTimeoutMs} ms (${reason})` : "ended at once";
    const lastLines = (await this.log()).trim().split("\n").slice(-15).join("\n");
    throw new Error(
      `${this.#options.server.serverPath} on ${this.address} ${problem}; its log ends:\n${lastLines}`,
    );
  }
}

/** Rejects if the program cannot be started at all. */
function spawned(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("spawn", resolve);
  child.once("error", reject);
  return promise;
}
