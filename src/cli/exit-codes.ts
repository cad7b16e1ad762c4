import {
  Bug,
  ConnectFailed,
  DeadlinePassed,
  FileFailed,
  NodeFailed,
  PartlyDone,
  Refused,
  SlotctlError,
  Stale,
  Stopped,
  UsageError,
} from "../errors.ts";

/** What scripts go by; the table of the contract, published in docs/output.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  problemsFound: 3,
  notConnected: 4,
  stale: 5,
  stopped: 6,
  refused: 7,
  deadlinePassed: 8,
} as const;

const CODES: readonly (readonly [new (...args: never[]) => SlotctlError, number])[] = [
  [UsageError, EXIT.usage],
  [ConnectFailed, EXIT.notConnected],
  [Stale, EXIT.stale],
  [Stopped, EXIT.stopped],
  [PartlyDone, EXIT.stopped],
  [Refused, EXIT.refused],
  [DeadlinePassed, EXIT.deadlinePassed],
  [NodeFailed, EXIT.failed],
  [FileFailed, EXIT.failed],
  [Bug, EXIT.failed],
];

/** The exit code of a run that ended with this error. */
export function exitCodeOf(error: unknown): number {
  return CODES.find(([kind]) => error instanceof kind)?.[1] ?? EXIT.failed;
}
