import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

interface Typing {
  readonly when: RegExp;
  readonly type: string;
  /** What happens elsewhere before it is typed. */
  readonly meanwhile?: () => Promise<unknown>;
}

export interface TerminalOptions {
  /** What is typed, each as soon as the screen shows what it waits for; in this order. */
  readonly typing?: readonly Typing[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** The words that slotctl's own come behind, where it is not this machine's Node on what is built here. */
  readonly launcher?: readonly string[];
}

export interface TerminalResult {
  readonly exitCode: number | null;
  /** All that the terminal was sent, escape codes included. */
  readonly screen: string;
}

/** Runs the built program at a terminal of its own, which util-linux' `script` makes. */
export function runAtTerminal(
  args: readonly string[],
  { typing = [], env = {}, timeoutMs = 60_000, launcher = [process.execPath, BIN] }: TerminalOptions = {},
): Promise<TerminalResult> {
  const command = [...launcher, ...args].map(quoted).join(" ");
  // The terminal that `script` makes has no size unless it is started at one.
  const sized = `stty cols 100 rows 40 && exec ${command}`;
  const child = spawn("script", ["-qefc", sized, "/dev/null"], {
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", TERM: "xterm", LANG: "C.UTF-8", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<TerminalResult>();
  const toType = [...typing];
  let screen = "";
  let lookFrom = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
    const [next] = toType;
    if (!next?.when.test(screen.slice(lookFrom))) return;
    lookFrom = screen.length;
    toType.shift();
    Promise.resolve(next.meanwhile?.()).then(() => child.stdin.write(next.type), reject);
  });
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`slotctl ${args.join(" ")} ran longer than ${timeoutMs} ms at a terminal\n${screen}`));
  }, timeoutMs);
  child.on("error", reject);
  child.on("close", (exitCode) => {
    clearTimeout(timer);
    resolve({ exitCode, screen });
  });
  return promise;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
