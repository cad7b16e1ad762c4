/**
 * The errors an operator can meet. The class says whose move it is, and `cli/exit-codes.ts` has the exit
 * code of each; `code` is a stable word for scripts, `hint` is the next thing to do.
 */
export abstract class SlotctlError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly node: string | undefined;
  readonly reason: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.hint = details.hint;
    this.node = details.node;
    this.reason = details.reason;
  }
}

export interface ErrorDetails {
  readonly code: string;
  readonly hint?: string | undefined;
  /** Address of the node it is about. */
  readonly node?: string | undefined;
  /** Why, in a few words without the node and without a full stop: others say it of the node in theirs. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** A wrong flag, argument or NODE: nothing was sent to the cluster. */
export class UsageError extends SlotctlError {}

/** It would be unsafe, or the operator said no. Nothing was changed. */
export class Refused extends SlotctlError {}

/** A node could not be reached, or did not let us in. */
export class ConnectFailed extends SlotctlError {}

/** A node was reached and did not do what it was told. */
export class NodeFailed extends SlotctlError {}

/** A file or folder of this machine could not be written or read. */
export class FileFailed extends SlotctlError {}

/** A wait ended without what was waited for. */
export class DeadlinePassed extends SlotctlError {}

/** The operator stopped the run between two safe points. */
export class Stopped extends SlotctlError {}

/** Work was done, some is left, and the cluster is safe: running the same command again goes on. */
export class PartlyDone extends SlotctlError {}

/** The cluster is no longer what the plan was made for. */
export class Stale extends SlotctlError {}

/** Ours: a state that cannot be. */
export class Bug extends SlotctlError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: "bug", hint: "This is a defect of slotctl: please report it.", cause });
  }
}

/** Whether a node cannot be reached, or not any more: then what it was told last may be done or not. */
export function isNodeLost(error: unknown): boolean {
  return error instanceof ConnectFailed || (error instanceof NodeFailed && LOST_CODES.has(error.code));
}

const LOST_CODES: ReadonlySet<string> = new Set(["connection-lost", "node-gone"]);

/** Whether the cluster is no longer what the plan was made for, whoever says so: slotctl, or a node that refuses. */
export function isOutdated(error: unknown): boolean {
  return error instanceof Stale || (error instanceof NodeFailed && OUTDATED_CODES.has(error.code));
}

const OUTDATED_CODES: ReadonlySet<string> = new Set(["failed-over", "slots-moved-meanwhile"]);

/**
 * Whether it is one that can happen to whoever runs a cluster. Anything else is a defect of ours, which is not to be
 * told in other words, and not to hide behind what a node did.
 */
export function isOperational(error: unknown): error is SlotctlError {
  return error instanceof SlotctlError && !(error instanceof Bug);
}

/** What was thrown, in words: anything can be thrown, and mostly it is an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
