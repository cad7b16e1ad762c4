import type { Canvas } from "../ui/canvas.ts";
import { successEnvelope, failureEnvelope } from "../ui/envelope.ts";
import { redactDocument, redactSecrets } from "../ui/redact.ts";
import { makeTheme } from "../ui/theme.ts";

export interface OutputOptions {
  readonly command: string;
  readonly json: boolean;
  readonly colourAllowed: boolean;
  /** Texts that must never be shown, as far as they are known from the start. */
  readonly secrets?: readonly string[];
}

/** Piped text is not cut to a terminal's width, but still wrapped to something that reads well. */
const PIPED_COLUMNS = 120;
const COLUMNS_MIN = 60;

/**
 * The two streams of a command. Everything it prints goes through here, so that no secret gets by: stdout
 * has the result, stderr all else.
 */
export class Output {
  readonly json: boolean;
  /** What is known so far, for the document of a command that fails. */
  knownData: unknown;
  readonly #command: string;
  readonly #colourAllowed: boolean;
  readonly #secrets: string[] = [];
  #isOver = false;

  constructor({ command, json, colourAllowed, secrets = [] }: OutputOptions) {
    this.#command = command;
    this.json = json;
    this.#colourAllowed = colourAllowed;
    for (const secret of secrets) this.protect(secret);
  }

  /** A text that must never be shown. */
  protect(secret: string | undefined): void {
    if (secret) this.#secrets.push(secret);
  }

  redact(text: string): string {
    return redactSecrets(text, this.#secrets);
  }

  redactDocument(document: unknown): unknown {
    return redactDocument(document, this.#secrets);
  }

  get stdout(): Canvas {
    return this.#canvas(process.stdout);
  }

  get stderr(): Canvas {
    return this.#canvas(process.stderr);
  }

  /** Lines of the result; with `--json` the document takes their place. */
  print(lines: readonly string[]): void {
    if (!this.json && lines.length > 0) process.stdout.write(`${this.redact(lines.join("\n"))}\n`);
  }

  /** A document that is the result itself, for a file; with `--json` the envelope takes its place. */
  printDocument(document: unknown): void {
    if (!this.json) process.stdout.write(`${JSON.stringify(this.redactDocument(document), null, 1)}\n`);
  }

  /** Lines for the person at the terminal. */
  say(lines: readonly string[]): void {
    if (lines.length > 0) process.stderr.write(`${this.redact(lines.join("\n"))}\n`);
  }

  /** Whether the command has told its result, a good or a bad one. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The document of a command that did what it was asked. */
  succeed(data: unknown): void {
    this.#end(successEnvelope(this.#command, data));
  }

  /** The document of a command that failed. */
  fail(error: unknown): void {
    this.#end(failureEnvelope(this.#command, error, this.knownData));
  }

  /** One and no more: what goes wrong behind the result does not undo it. */
  #end(document: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.json) return;
    process.stdout.write(`${JSON.stringify(this.redactDocument(document), null, 2)}\n`);
  }

  #canvas(stream: NodeJS.WriteStream): Canvas {
    return {
      theme: makeTheme({ colour: this.#colourAllowed && hasColour(stream), unicode: hasUnicode() }),
      columns: stream.isTTY ? Math.max(COLUMNS_MIN, stream.columns) : PIPED_COLUMNS,
    };
  }
}

/** See no-color.org; CI logs keep escape codes as litter. */
function hasColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM, CI } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR && FORCE_COLOR !== "0") return true;
  return stream.isTTY && TERM !== "dumb" && !CI;
}

function hasUnicode(): boolean {
  const locale = process.env["LC_ALL"] || process.env["LC_CTYPE"] || process.env["LANG"] || "";
  return /utf-?8/i.test(locale) || process.platform === "darwin";
}
