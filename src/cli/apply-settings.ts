import type { How } from "../saved/saved-plan.ts";
import { type ChangeSettings, changeSettings } from "./change-settings.ts";
import type { ProgressStyle } from "../ui/progress-view.ts";

/** The flags of apply, as oclif hands them over. */
export interface ApplyFlags {
  readonly "dry-run": boolean;
  readonly yes: boolean;
  readonly wait: string;
  readonly progress: ProgressStyle;
  readonly "max-latency": string | undefined;
  readonly "max-keys-per-second": number | undefined;
  readonly parallel: number | undefined;
  readonly survey: boolean;
  readonly "save-to": string;
}

/**
 * What was decided with the plan stays as it is; how much clients may notice is for those to say who carry it out.
 *
 * @throws UsageError for a value that makes no sense.
 */
export function applySettings(flags: ApplyFlags, how: How): ChangeSettings {
  return changeSettings({
    ...flags,
    mover: how.mover,
    replace: how.replace,
    "max-latency": flags["max-latency"] ?? String(how.maxLatencyMs),
    "max-keys-per-second": flags["max-keys-per-second"] ?? how.keysPerSecondMax ?? undefined,
    parallel: flags.parallel ?? how.pairsAtOnceMax,
  });
}
