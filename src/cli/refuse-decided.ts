import { UsageError } from "../errors.ts";

/** Flags that say how it is planned. What the environment says of them for all commands is not meant for this one. */
const DECIDED: ReadonlySet<string> = new Set(["allow-fewer-replicas", "mover", "replace"]);

type Token = { readonly type: "arg" } | { readonly type: "flag"; readonly flag: string };

/**
 * What is decided with a saved plan cannot be asked for once more when it is applied.
 *
 * @throws UsageError for a SEED or a flag that a saved plan does not take.
 */
export function refuseDecided(
  { file, seed }: { readonly file: string; readonly seed: string | undefined },
  {
    flags: { out, snapshot },
    typed,
  }: {
    readonly flags: { readonly out: string | undefined; readonly snapshot: string | undefined };
    /** The command line. */
    readonly typed: readonly Token[];
  },
): void {
  const token = typed.find((word) => word.type === "flag" && DECIDED.has(word.flag));
  if (token?.type === "flag") {
    throw refusal(`--${token.flag}`, `was decided when the plan in ${file} was made`);
  }
  if (seed !== undefined) throw refusal(seed, `has no place here: the plan in ${file} knows its nodes`);
  // Wherever they come from: who has them set expects that nothing is changed.
  if (out !== undefined) throw refusal("--out", `has no place here: the plan in ${file} is saved already`);
  if (snapshot !== undefined) {
    throw refusal("--snapshot", `has no place here: the plan in ${file} is made already`);
  }
}

function refusal(what: string, why: string): UsageError {
  return new UsageError(`${what} ${why}.`, {
    code: "usage",
    hint: `Leave ${what} out; or make the plan anew, with the command that it is of.`,
  });
}
