import { SlotctlError } from "../errors.ts";
import { errorMessage } from "./error-message.ts";

/** The one JSON document on stdout of a command that did what it was asked. */
export function successEnvelope<Data>(command: string, data: Data) {
  return { schemaVersion: 1, command, ok: true, data } as const;
}

/**
 * The one JSON document on stdout of a command that failed, with what is known so far. It takes from the
 * error only what is meant to be seen: an error may carry flags, environment or a whole connection along.
 */
export function failureEnvelope(command: string, error: unknown, data?: unknown) {
  return {
    schemaVersion: 1,
    command,
    ok: false,
    error: errorJson(error),
    ...(data === undefined ? {} : { data }),
  } as const;
}

function errorJson(error: unknown) {
  const message = errorMessage(error);
  if (!(error instanceof SlotctlError)) return { code: "unexpected", message };
  const { code, hint, node } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(node === undefined ? {} : { node }) };
}
