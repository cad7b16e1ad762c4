/** Flags that are taken in front of the command too. */
const LEADING_FLAGS = ["--json", "--no-color"];
/** Flags that take any number of words, all of which have a `=` in them. */
const PAIR_FLAGS = ["--map", "--map-database", "--weight"];

/**
 * Puts the words of a command line into the order in which the parser understands them: the command first,
 * for it only takes flags behind it, and arguments in front of a flag that would swallow them.
 *
 * `--map a=b 10.0.0.1:6379` is one mapping and a SEED; the parser takes every word up to the next flag.
 */
export function arrangeArgv(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const ours = end === -1 ? argv : argv.slice(0, end);
  return [...argumentsFirst(commandFirst(ours)), ...argv.slice(ours.length)];
}

function commandFirst(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !LEADING_FLAGS.some((flag) => isFlag(word, flag)));
  return first <= 0 ? words : [...words.slice(first), ...words.slice(0, first)];
}

function argumentsFirst(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => PAIR_FLAGS.some((flag) => isFlag(word, flag)));
  if (start === -1) return words;
  const [flag = "", ...rest] = words.slice(start);
  const next = rest.findIndex((word) => word.startsWith("-"));
  const swallowed = next === -1 ? rest : rest.slice(0, next);
  // The word right behind a flag without a value is meant as one, however wrong it may be.
  const isValue = swallowed.map((word, index) => word.includes("=") || (index === 0 && !flag.includes("=")));
  return [
    ...words.slice(0, start),
    ...swallowed.filter((_, index) => !isValue[index]),
    flag,
    ...swallowed.filter((_, index) => isValue[index]),
    ...argumentsFirst(rest.slice(swallowed.length)),
  ];
}

function isFlag(word: string, flag: string): boolean {
  return word === flag || word.startsWith(`${flag}=`);
}
