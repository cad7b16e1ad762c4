import type { TestServer } from "../servers/test-server.ts";
import type { Grounds } from "./grounds.ts";
import type { Sample } from "./sample.ts";

/** Something that is timed for slotctl and for what it is compared with. `rows.ts` lists all of them. */
export interface BenchRow {
  /** What --rows takes. */
  readonly name: string;
  readonly title: string;
  readonly measures: readonly Measure[];
  /** How often both run, in turn, unless --rounds says otherwise. */
  readonly rounds: number;
  /** The same on servers other than the one that most is required of. */
  readonly roundsElsewhere?: number;
  /** The other side runs at most this often, where it is slow and only a hint is wanted. */
  readonly rivalRoundsMax?: number;
  /** Left out on a server that this denies; without it the row runs on all. */
  readonly runsOn?: (server: TestServer) => boolean;
  /** Runs on every server when none is named, and not only on the one that most is required of. */
  readonly isForEveryServer?: boolean;
  /** About how long it takes on two cores, for the estimate: getting ready, and one run of each side. */
  readonly seconds: { readonly prepare: number; readonly ours: number; readonly theirs: number };
  /** Gets everything ready that is not to be timed. */
  readonly prepare: (grounds: Grounds) => Promise<Contest>;
}

/** Two ways to the same end, on the same servers or on servers started the same way for each run. */
export interface Contest extends AsyncDisposable {
  /** What slotctl is compared with. */
  readonly rival: string;
  /** One run of slotctl. Whatever it changed is verified, and put back as it was. */
  readonly ours: () => Promise<Sample>;
  readonly theirs: (round: number) => Promise<Sample>;
}

export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  /** How many times as fast as the rival slotctl has to be. */
  readonly ratioMin?: number;
  /** What slotctl may not reach, in the measure's unit. */
  readonly oursBelow?: number;
  /** Nothing is required on a server that this denies. */
  readonly requiredOn?: (server: TestServer) => boolean;
  /** One side's value divided by the other's would tell nothing. */
  readonly isUncompared?: boolean;
}

export type Unit = "ms" | "bytes" | "count";
