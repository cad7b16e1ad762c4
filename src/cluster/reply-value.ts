/**
 * What a node answers to any command whatever. A string is bytes; an integer that a number cannot hold exactly is a
 * bigint, nil is null.
 */
export type ReplyValue = Buffer | number | bigint | null | ErrorReply | readonly ReplyValue[];

/** An error in the server's words. */
export interface ErrorReply {
  readonly error: string;
}

export function isErrorReply(value: ReplyValue): value is ErrorReply {
  return typeof value === "object" && value !== null && "error" in value;
}

/** The string as text; undefined for bytes that are no UTF-8. */
export function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
