import { styleText } from "node:util";
import { formatSeconds } from "../../src/ui/format-number.ts";
import { type Cast, nodeCount } from "./cast.ts";

type Style = Parameters<typeof styleText>[0];

interface Act {
  readonly title: string;
  readonly outcome: string;
  readonly seconds: number;
}

/** Tells the story on stdout: headings, the commands as typed, and at the end what was shown and how long it took. */
export class Stage {
  /** Aborted when the demo is to stop; its reason is the signal's name. */
  readonly signal: AbortSignal;
  readonly #acts: Act[] = [];

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  open({ server }: Cast): void {
    const { engine, version } = server;
    const name = engine === "redis" ? "Redis" : "Valkey";
    this.say(paint("bold", "slotctl: the daily work on a cluster, with real nodes"));
    this.say(
      paint("dim", `${nodeCount} nodes of ${name} ${version} on 127.0.0.1, in a directory of their own`),
    );
  }

  /** Plays one part of the story and keeps its time; what it returns stands in the summary. */
  async act(title: string, play: () => Promise<string>): Promise<void> {
    this.signal.throwIfAborted();
    this.heading(`${this.#acts.length + 1}. ${title}`);
    const startMs = performance.now();
    const outcome = await play();
    this.#acts.push({ title, outcome, seconds: (performance.now() - startMs) / 1000 });
  }

  heading(text: string): void {
    this.say("", paint(["bold", "cyan"], text));
  }

  /** A command, as it would be typed. */
  typed(line: string): void {
    this.say(`${paint("dim", "$")} ${paint("bold", line)}`);
  }

  ok(line: string): void {
    this.say(`${paint("green", "✓")} ${line}`);
  }

  say(...lines: readonly string[]): void {
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  }

  fail(message: string, hint?: string): void {
    process.stdout.write(`\n${paint("red", "✗")} ${message}\n${hint === undefined ? "" : `  → ${hint}\n`}`);
  }

  close(): void {
    const width = Math.max(...this.#acts.map(({ title }) => title.length));
    const total = this.#acts.reduce((sum, { seconds }) => sum + seconds, 0);
    this.heading("What was shown");
    for (const { title, outcome, seconds } of this.#acts) {
      this.say(`${title.padEnd(width)}  ${paint("dim", formatSeconds(seconds).padStart(7))}  ${outcome}`);
    }
    this.say(`${"In all".padEnd(width)}  ${formatSeconds(total).padStart(7)}`);
  }
}

function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
