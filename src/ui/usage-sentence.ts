import { stripVTControlCharacters } from "node:util";

/** What the parser of the command line has against it. */
export interface ParserFacts {
  readonly message: string;
  /** Arguments that are missing, as they were declared, or those that are too many, as they were given. */
  readonly args?: readonly (DeclaredArgument | string)[];
}

interface DeclaredArgument {
  readonly name: string;
  readonly description?: string | undefined;
}

/** A wrong command line in a sentence for each thing that is wrong; the parser's own words where they are new to us. */
export function usageSentence({ message, args = [] }: ParserFacts): string {
  const missing = args.filter((arg) => typeof arg !== "string");
  if (missing.length > 0) return missing.map(missingSentence).join("\n");
  const text = stripVTControlCharacters(message)
    .replace(/\n?See more help with --help/, "")
    .replace(/^The following errors? occurred:/, "");
  // A value that cannot be read is told of in two lines.
  const complaints = text.replace(/^(Parsing --\S+)\s+/, "$1 ").split("\n");
  const sentences = complaints.map((line) => sentenceOf(line.trim())).filter((sentence) => sentence !== "");
  return [...new Set(sentences)].join("\n");
}

function missingSentence({ name, description }: DeclaredArgument): string {
  const is = `${name.toUpperCase()} is missing`;
  return description ? `${is}: ${description.charAt(0).toLowerCase()}${description.slice(1)}` : `${is}.`;
}

function sentenceOf(complaint: string): string {
  for (const [pattern, sentence] of SENTENCES) {
    const [match, ...parts] = pattern.exec(complaint) ?? [];
    if (match !== undefined) return sentence(...parts);
  }
  return complaint;
}

type Sentence = (...parts: (string | undefined)[]) => string;

/** The parser's complaints, which have no codes, by their words. */
const SENTENCES: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^All of the following must be provided when using (--\S+): (.+)$/,
    (flag, needed) => `${flag} needs ${listed(needed, "and")}.`,
  ],
  [
    /^(--[\w-]+)(?:=.*)? cannot also be provided when using (--\S+)$/,
    // Each of the two complains of the other, which is to be one sentence.
    (one = "", other = "") =>
      `${one < other ? `${one} and ${other}` : `${other} and ${one}`} exclude each other.`,
  ],
  [
    /^Exactly one of the following must be provided: (.+)$/,
    (flags) => `One of ${listed(flags, "and")} is needed.`,
  ],
  [/^Missing required flag (\S+)$/, (flag) => `--${flag} is needed.`],
  [/^Nonexistent flag: (.+)$/, (flag) => `There is no flag ${flag}.`],
  [/^Nonexistent flags: (.+)$/, (flags) => `There are no flags ${listed(flags, "and")}.`],
  [/^Unexpected argument: (.+)$/, (argument) => `${argument} is one argument too many.`],
  [/^Unexpected arguments: (.+)$/, (given) => `${listed(given, "and")} are too many arguments.`],
  [
    /^Parsing (--\S+) Expected an integer greater than or equal to (\S+) but received: (.*)$/,
    (flag, min, given) => `${flag} takes ${min} at least, not ${given}.`,
  ],
  [
    /^Parsing (--\S+) Expected an integer less than or equal to (\S+) but received: (.*)$/,
    (flag, max, given) => `${flag} takes ${max} at most, not ${given}.`,
  ],
  [
    /^Parsing (--\S+) Expected an integer but received: (.*)$/,
    (flag, given) => `${flag} takes a whole number, not ${given}.`,
  ],
  [
    /^(?:Parsing --\S+ )?Expected (--[\w-]+)=(.*) to be one of: (.+)$/,
    (flag, given, options) => `${flag} takes ${listed(options, "or")}, not ${given}.`,
  ],
  [
    /^Flag (--\S+) expects one of these values: (.+)$/,
    (flag, options) => `${flag} takes ${listed(options, "or")}.`,
  ],
  [/^Flag (--\S+) expects a value$/, (flag) => `${flag} needs a value.`],
  [/^Flag (--\S+) can only be specified once$/, (flag) => `${flag} may be given only once.`],
];

/** `a, b or c` of `a, b, c`. */
function listed(text: string | undefined, word: "and" | "or"): string {
  const items = (text ?? "").split(", ");
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1) ?? ""}`;
}
