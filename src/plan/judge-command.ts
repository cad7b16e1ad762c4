import {
  type CommandEffect,
  RISKY_COMMANDS,
  RISKY_CONTAINERS,
  RISKY_MODULE_COMMAND,
  RISKY_SETTINGS,
} from "./risky-commands.ts";
import {
  UNCALLABLE_COMMANDS,
  UNCALLABLE_SUBCOMMANDS,
  type UncallableReason,
  WAITING_COMMANDS,
} from "./uncallable-commands.ts";

/** What is to be thought of a command before it is sent to many nodes. */
export type Judgement =
  | { readonly verdict: "fine" }
  /** Nobody should do it by a slip of the finger. */
  | { readonly verdict: "risky"; readonly effect: CommandEffect }
  /** No reply could come of it. */
  | { readonly verdict: "uncallable"; readonly reason: UncallableReason };

/**
 * Judges a command by its words, in either case as servers take them. A command that was renamed on the servers is
 * another word, and nothing is known of it.
 *
 * @param replyMs how long a node may take for its reply.
 */
export function judgeCommand(words: readonly string[], { replyMs }: { readonly replyMs: number }): Judgement {
  const [name = "", subcommand = ""] = words.slice(0, 2).map((word) => word.toUpperCase());
  const reason = whyUncallable(words, { name, subcommand, replyMs });
  if (reason) return { verdict: "uncallable", reason };
  const effect = effectOf(words, { name, subcommand });
  return effect ? { verdict: "risky", effect } : { verdict: "fine" };
}

interface Named {
  readonly name: string;
  readonly subcommand: string;
}

function whyUncallable(
  words: readonly string[],
  { name, subcommand, replyMs }: Named & { readonly replyMs: number },
): UncallableReason | undefined {
  if (UNCALLABLE_COMMANDS.streams.includes(name)) return "streams";
  if (UNCALLABLE_COMMANDS["for-one-connection"].includes(name)) return "for-one-connection";
  if (UNCALLABLE_SUBCOMMANDS[name]?.includes(subcommand)) return "for-one-connection";
  const waitMs = waitOf(words, name);
  return waitMs !== undefined && (waitMs === 0 || waitMs >= replyMs) ? "waits" : undefined;
}

/** For how long the command waits, 0 for ever; undefined where it does not, or says it in a way that no server takes. */
function waitOf(words: readonly string[], name: string): number | undefined {
  const waiting = Object.hasOwn(WAITING_COMMANDS, name) ? WAITING_COMMANDS[name] : undefined;
  if (!waiting || words.length < 2) return undefined;
  const behind = words.findIndex((word) => word.toUpperCase() === "BLOCK") + 1;
  const at = { first: 1, last: words.length - 1, "behind BLOCK": behind }[waiting.timeAt];
  const text = at === 0 ? "" : (words[at] ?? "").trim();
  return text === "" || !Number.isFinite(Number(text)) ? undefined : Number(text) * waiting.unitMs;
}

function effectOf(words: readonly string[], { name, subcommand }: Named): CommandEffect | undefined {
  const whole = Object.entries(RISKY_COMMANDS).find(([, names]) => names.includes(name));
  if (whole) return whole[0] as CommandEffect;
  if (RISKY_MODULE_COMMAND.test(name)) return "deletes-data";
  const container = Object.hasOwn(RISKY_CONTAINERS, name) ? RISKY_CONTAINERS[name] : undefined;
  if (!container || subcommand === "" || container.harmless.includes(subcommand)) return undefined;
  if (name === "CONFIG" && subcommand === "SET" && !setsRisky(words.slice(2))) return undefined;
  if (name === "FUNCTION" && subcommand === "LOAD" && !words.slice(2).some(isReplace)) return undefined;
  // The one subcommand of a subcommand that only tells.
  if (name === "CLUSTER" && subcommand === "MIGRATION" && words[2]?.toUpperCase() === "STATUS")
    return undefined;
  return container.effect;
}

/** In front of the code of a library: it takes the place of one that clients may use. */
function isReplace(word: string): boolean {
  return word.toUpperCase() === "REPLACE";
}

/** Since Redis 7.0 one CONFIG SET may set many. */
function setsRisky(pairs: readonly string[]): boolean {
  return pairs.some(
    (name, index) => index % 2 === 0 && RISKY_SETTINGS.some((risky) => risky.test(name.toLowerCase())),
  );
}
