import { UsageError } from "../errors.ts";
import type { MoverWish } from "../plan/mover.ts";
import type { ProgressStyle } from "../ui/progress-view.ts";
import { parseMaxLatency } from "./parse-max-latency.ts";
import { parseSeconds } from "./parse-seconds.ts";

/** What the flags of a changing command come to. */
export interface ChangeSettings {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly progress: ProgressStyle;
  /** How long the cluster may take to agree. */
  readonly waitMs: number;
  /** How many pairs of nodes may move slots at the same time. */
  readonly pairsAtOnceMax: number;
  /** How long clients of a node may be made to wait, 0 for as long as it takes. */
  readonly maxLatencyMs: number;
  /** For all pairs together; undefined for no limit. */
  readonly keysPerSecondMax: number | undefined;
  /** Overwrite keys that the target has already. */
  readonly replace: boolean;
  /** Look at the keys before they move. */
  readonly survey: boolean;
  /** How slots are to travel. */
  readonly mover: MoverWish;
  /** Where only a plan is wanted: the file it goes to, and whether the exit code tells that it has steps. */
  readonly planOnly?: PlanOnly | undefined;
}

export interface PlanOnly {
  readonly out: string | undefined;
  readonly exitCode: boolean;
  /** The arguments and flags of the command, as oclif hands them over. */
  readonly asked: { readonly args: object; readonly flags: object };
}

/** The flags of a changing command, as oclif hands them over. */
export interface ChangeFlags {
  readonly "dry-run": boolean;
  readonly out?: string | undefined;
  readonly "exit-code"?: boolean;
  readonly snapshot?: string | undefined;
  readonly yes: boolean;
  readonly wait: string;
  readonly progress: ProgressStyle;
  readonly mover?: MoverWish;
  readonly "max-latency"?: string;
  readonly "max-keys-per-second"?: number | undefined;
  readonly parallel?: number;
  readonly replace?: boolean;
  readonly survey?: boolean;
}

export const PAIRS_AT_ONCE = 16;

/** In milliseconds, as text, for that is what the flag is. */
export const MAX_LATENCY = "10";

/**
 * Reads the flags of a changing command. Done before a node is asked anything: a wrong flag is to be told
 * at once, not when the plan has been shown and the operator has said yes.
 *
 * @throws UsageError for a value that makes no sense.
 */
export function changeSettings(flags: ChangeFlags, args: object = {}): ChangeSettings {
  const dryRun = flags["dry-run"] || flags.out !== undefined || flags.snapshot !== undefined;
  const exitCode = flags["exit-code"] ?? false;
  if (exitCode && !dryRun) throw exitCodeAlone();
  return {
    dryRun,
    planOnly: dryRun ? { out: flags.out, exitCode, asked: { args, flags } } : undefined,
    yes: flags.yes,
    progress: flags.progress,
    waitMs: parseSeconds(flags.wait, "--wait"),
    pairsAtOnceMax: flags.parallel ?? PAIRS_AT_ONCE,
    maxLatencyMs: parseMaxLatency(flags["max-latency"] ?? MAX_LATENCY),
    keysPerSecondMax: flags["max-keys-per-second"],
    replace: flags.replace ?? false,
    survey: flags.survey ?? false,
    mover: flags.mover ?? "auto",
  };
}

function exitCodeAlone(): UsageError {
  return new UsageError("--exit-code is for a plan that is not carried out.", {
    code: "usage",
    hint: "Add --dry-run or --out FILE.",
  });
}
