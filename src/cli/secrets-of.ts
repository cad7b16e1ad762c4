import { secretsOfCommand } from "../cluster/command-secrets.ts";

/**
 * Every password that the command line and the environment hold, before any of it is understood: a word that
 * a command does not expect is repeated in the error, and it may be an address with a password in it, or
 * `-a PASSWORD` typed out of habit.
 */
export function secretsOf({
  argv,
  env,
}: {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}): string[] {
  const given = argv.flatMap((word, index) => [
    ...secretsOfAddress(word),
    ...secretsOfFlag(word, argv[index + 1] ?? ""),
    // A server's command may stand where none is expected, as when the `--` in front of it was forgotten.
    ...secretsOfCommand(argv.slice(index)),
  ]);
  return [...given, env["SLOTCTL_PASSWORD"], env["SLOTCTL_FROM_PASSWORD"], env["REDISCLI_AUTH"]].filter(
    (secret) => secret !== undefined,
  );
}

/** As it was written and as it is meant: an address is percent-encoded, or should have been. */
function secretsOfAddress(word: string): string[] {
  const [, written] = /(?:redis|valkey|sentinel)s?:\/\/[^:@/]*:(.*)@/is.exec(word) ?? [];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch (error) {
    // A lone % is no encoding: then it stands for itself.
    if (error instanceof URIError) return [written];
    throw error;
  }
}

/** Ours, what redis-cli calls it, and either with a slip of the finger; a file's name is no secret. */
function secretsOfFlag(word: string, next: string): string[] {
  const [, name = "", value] = /^(--?[^=\s]+)=(.*)$/s.exec(word) ?? [undefined, word];
  if (/^--(?:(?:cluster-)?from-)?pas(?!.*file)/i.test(name)) return [value ?? next];
  if (name === "-a") return [value ?? next];
  return /^-a./.test(word) ? [word.slice(2)] : [];
}
