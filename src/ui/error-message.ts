import { SlotctlError } from "../errors.ts";

/**
 * What an error says, with what caused it behind it where it does not say so itself. Never empty: a failed
 * connection to a name with several addresses is an AggregateError without a message of its own.
 */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" && error !== "" ? error : "unknown error";
  const own = ownMessage(error);
  // What has told why in words of its own does not need the system's beside them.
  if (error.cause === undefined || (error instanceof SlotctlError && error.reason !== undefined)) return own;
  const why = errorMessage(error.cause);
  return own.includes(why) || why === "unknown error" ? own : `${own.replace(/\.$/, "")}: ${why}`;
}

function ownMessage(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) {
    const inner = new Set(error.errors.map(errorMessage));
    if (inner.size > 0) return [...inner].join("; ");
  }
  return error.name;
}
