import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface SlotctlResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** The document on stdout; throws when there is not exactly one. */
  json(): SlotctlDocument;
}

export interface SlotctlDocument {
  readonly schemaVersion: 1;
  readonly command: string;
  readonly ok: boolean;
  // Tests look into the documents freely; the schemas hold their shape.
  readonly data: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly node?: string;
  };
}

export interface SlotctlOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Where it runs; by default where the tests do. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** The words that slotctl's own come behind, where it is not this machine's Node on what is built here. */
  readonly launcher?: readonly string[];
  /** Called with the pid as soon as the process runs, and with all that it has written to stderr. */
  readonly onStart?: (running: RunningSlotctl) => void;
}

export interface RunningSlotctl {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** What it has written to stderr so far. */
  stderrSoFar(): string;
}

const BIN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

/** Runs the built program as a process, as an operator would, and waits for its end. */
export function runSlotctl(args: readonly string[], options: SlotctlOptions = {}): Promise<SlotctlResult> {
  const startMs = performance.now();
  const [program = "", ...words] = [...(options.launcher ?? [process.execPath, BIN]), ...args];
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      LANG: "C.UTF-8",
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  // A program that ends without reading its input closes the pipe: that is its right.
  child.stdin.on("error", () => undefined).end(options.input ?? "");
  const { pid } = child;
  if (pid !== undefined) {
    options.onStart?.({ pid, kill: (signal) => void child.kill(signal), stderrSoFar: () => stderr });
  }
  return new Promise((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`slotctl ${args.join(" ")} ran longer than ${timeoutMs} ms\n${stdout}\n${stderr}`));
    }, timeoutMs);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      const json = () => JSON.parse(stdout) as SlotctlDocument;
      resolve({ exitCode, stdout, stderr, ms: performance.now() - startMs, json });
    });
  });
}
