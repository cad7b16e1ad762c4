export type Command = readonly [name: string, ...args: (string | number | Buffer)[]];
/** What a node answered: a value, or a ReplyError that is a value too. */
export type Reply = unknown;

export interface SendOptions {
  /** For connecting, for the first of the replies, and for each pause between them; by default the reply timeout. */
  readonly timeoutMs?: number;
  /** Strings of the replies as bytes. */
  readonly asBuffers?: boolean;
}
