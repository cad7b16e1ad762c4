import type { Wish } from "../saved/saved-plan.ts";
import { accessFlags, outputFlags } from "./flags.ts";

/** How nodes are connected to and how it is told is no part of what is wished for. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...Object.keys({ ...accessFlags, ...outputFlags }),
  "dry-run",
  "exit-code",
  "out",
  "snapshot",
  "wait",
  "yes",
]);

/** What was asked for, as it was typed, with its defaults; credentials in addresses are left out. */
export function wishOf({ args, flags }: { readonly args: object; readonly flags: object }): Wish {
  return {
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, withoutCredentials(value)])),
    flags: Object.fromEntries(Object.entries(flags).filter(([name]) => !LEFT_OUT.has(name))),
  };
}

function withoutCredentials(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCredentials);
  return typeof value === "string" ? value.replace(/:\/\/.*@/s, "://") : value;
}
