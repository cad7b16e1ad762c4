import { UsageError } from "../errors.ts";
import { wantsJson } from "./wants-json.ts";

/**
 * The words of a command line that names a command, or asks for help. Where none is named, people get help;
 * a program that asked for a document gets one.
 *
 * @throws UsageError with `--json`, for help is no document, and where it is given a value.
 */
export function requireCommand(
  words: readonly string[],
  { topics }: { topics: readonly string[] },
): string[] {
  const end = words.indexOf("--");
  const valued = words.find((word, index) => word.startsWith("--json=") && (end === -1 || index < end));
  if (valued !== undefined) {
    throw new UsageError(`--json takes no value, and ${valued} has one.`, {
      code: "usage",
      hint: "Write --json.",
    });
  }
  const firstFlag = words.findIndex((word) => word.startsWith("-"));
  const names = firstFlag === -1 ? words : words.slice(0, firstFlag);
  const isNamed = names.length > 0 && !topics.includes(names.join(" "));
  if (isNamed || words.includes("--help") || words.some((word) => word === "--version" || word === "-V"))
    return [...words];
  if (!wantsJson(words))
    return names.length === 0 ? words.filter((word) => word !== "--no-color") : [...words];
  throw new UsageError(
    names.length === 0 ? "No command is named." : `"${names.join(" ")}" is no command by itself.`,
    { code: "usage", hint: `slotctl ${[...names, "--help"].join(" ")} lists the commands.` },
  );
}
