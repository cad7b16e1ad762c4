/** Why a command cannot be sent to a node for one reply. */
export type UncallableReason =
  /** It turns the connection into a stream without an end. */
  | "streams"
  /** It matters to what comes next on the connection, and nothing does. */
  | "for-one-connection"
  /** It waits, for ever or for longer than a node may take for a reply. */
  | "waits";

/** Whatever their arguments. */
export const UNCALLABLE_COMMANDS: Readonly<Record<Exclude<UncallableReason, "waits">, readonly string[]>> = {
  streams: wordsOf(
    "SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE",
    "MONITOR SYNC PSYNC REPLCONF SYNCSLOTS",
  ),
  "for-one-connection": wordsOf(
    "MULTI EXEC DISCARD WATCH UNWATCH",
    "AUTH HELLO SELECT RESET QUIT ASKING READONLY READWRITE",
  ),
};

/** Subcommands that are about the connection itself. */
export const UNCALLABLE_SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  CLIENT: wordsOf("REPLY TRACKING CACHING SETNAME SETINFO NO-EVICT NO-TOUCH CAPA IMPORT-SOURCE"),
  SCRIPT: ["DEBUG"],
};

/** Where a command that waits has its time, and what one unit of it is in milliseconds. */
export const WAITING_COMMANDS: Readonly<
  Record<string, { timeAt: "first" | "last" | "behind BLOCK"; unitMs: number }>
> = {
  BLPOP: { timeAt: "last", unitMs: 1000 },
  BRPOP: { timeAt: "last", unitMs: 1000 },
  BLMOVE: { timeAt: "last", unitMs: 1000 },
  BRPOPLPUSH: { timeAt: "last", unitMs: 1000 },
  BZPOPMIN: { timeAt: "last", unitMs: 1000 },
  BZPOPMAX: { timeAt: "last", unitMs: 1000 },
  BLMPOP: { timeAt: "first", unitMs: 1000 },
  BZMPOP: { timeAt: "first", unitMs: 1000 },
  WAIT: { timeAt: "last", unitMs: 1 },
  WAITAOF: { timeAt: "last", unitMs: 1 },
  XREAD: { timeAt: "behind BLOCK", unitMs: 1 },
  XREADGROUP: { timeAt: "behind BLOCK", unitMs: 1 },
};

function wordsOf(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
