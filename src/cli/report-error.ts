import { Errors } from "@oclif/core";
import { SlotctlError, UsageError } from "../errors.ts";
import { redactSecrets } from "../ui/redact.ts";
import { renderError } from "../ui/render-error.ts";
import { usageSentence } from "../ui/usage-sentence.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { Output } from "./output.ts";
import { secretsOf } from "./secrets-of.ts";
import { wantsColour, wantsJson } from "./wants-json.ts";

/** Tells what went wrong, in the form that was asked for, and sets the exit code. */
export function reportError(error: unknown, output: Output): void {
  const said = asOurs(error);
  process.exitCode = exitCodeOf(said);
  output.fail(said);
  // With --json the document says it all; a terminal is told as well, for a person may be watching.
  if (!output.json || process.stderr.isTTY) {
    const debug = Boolean(process.env["SLOTCTL_DEBUG"]);
    output.say(renderError(said, { ...output.stderr, debug }));
  }
}

/** For what fails before there is a command: an unknown one, say. */
export function reportOutsideCommand(error: unknown, argv: readonly string[]): void {
  // Help ends by throwing an "exit 0".
  if (error instanceof Errors.ExitError) {
    process.exitCode = error.oclif.exit ?? 0;
    return;
  }
  const secrets = secretsOf({ argv, env: process.env });
  const typed = argv.find((word) => !word.startsWith("-")) ?? "slotctl";
  const output = new Output({
    // It is no command that we know: it may be an address with a password, or the password itself.
    command: redactSecrets(typed, secrets),
    json: wantsJson(argv),
    colourAllowed: wantsColour(argv),
    secrets,
  });
  reportError(asOurs(error, argv), output);
}

/** oclif's errors carry the whole parser, flags and environment along: only their message is taken. */
function asOurs(error: unknown, argv: readonly string[] = []): Error {
  if (error instanceof SlotctlError) return error;
  if (error instanceof Errors.CLIError) {
    const [, unknown] = /^command (.+) not found\.?$/is.exec(error.message) ?? [];
    if (unknown !== undefined) return unknownCommand(unknown, argv);
    // Some have no exit code of their own: a value that is none of a flag's options carries the parser along,
    // and a flag that lacks its value is known by its words.
    if (
      error.oclif?.exit === 2 ||
      "parse" in error ||
      / expects (a value|one of these)/.test(error.message)
    ) {
      return new UsageError(usageSentence(error), {
        code: "usage",
        hint: swallowedHint(error) ?? "See the same command with --help.",
      });
    }
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** A flag that takes any number of words takes an argument behind them too, and nobody can tell which it was. */
function swallowedHint(error: Errors.CLIError & ParserDetails): string | undefined {
  const [missing] = error.args ?? [];
  if (typeof missing !== "object") return undefined;
  const given = Object.entries(error.parse?.output?.flags ?? {});
  const [flag] = given.find(([, words]) => Array.isArray(words) && words.length > 1) ?? [];
  if (flag === undefined) return undefined;
  return `--${flag} took every word up to the next flag: put ${missing.name.toUpperCase()} in front of it.`;
}

/** What the parser's errors carry along beside their message, as far as it is of use. */
interface ParserDetails {
  readonly args?: readonly ({ readonly name: string } | string)[];
  readonly parse?: { readonly output?: { readonly flags?: Readonly<Record<string, unknown>> } };
}

/** oclif joins all words with colons, the arguments too: named are those in front that could be a command's. */
function unknownCommand(words: string, argv: readonly string[]): UsageError {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/i.test(word));
  const typed = argv.slice(0, end === -1 ? argv.length : end).join(" ") || words;
  return new UsageError(`There is no command "${typed}".`, {
    code: "usage",
    hint: "slotctl --help lists all commands.",
  });
}
