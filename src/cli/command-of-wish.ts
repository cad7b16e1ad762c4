import type { Wish } from "../saved/saved-plan.ts";
import { shellWord } from "./shell-word.ts";

/** Flags that every plan file has, with what they are where nobody has given them. */
const DEFAULTS: Readonly<Record<string, unknown>> = { mover: "auto", "max-latency": "10", parallel: 16 };

/** The command line that a saved plan was made with, as it can be typed again, without how nodes are connected to. */
export function commandOfWish(command: string, { args, flags }: Wish): string {
  const given = Object.entries(flags).filter(([name, value]) => value !== DEFAULTS[name]);
  const words = [
    ...Object.values(args).flatMap(wordsOf),
    ...given.flatMap(([name, value]) => flagWords(name, value)),
  ];
  return ["slotctl", command, ...words.map(shellWord)].join(" ");
}

function flagWords(name: string, value: unknown): string[] {
  if (typeof value === "boolean") return value ? [`--${name}`] : [];
  return wordsOf(value).flatMap((word) => [`--${name}`, word]);
}

function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
