// What servers say when an atomic migration fails or is not begun, in the words of Redis 8.6 and Valkey 9.1.

/** Trying again cannot help: somebody has to change something first. */
export function isHopeless(reason: string): boolean {
  return [isDeniedReason, isFullReason, isUnableReason, isDemotedReason, isOpenReason].some((is) =>
    is(reason),
  );
}

/** The target wants a password, or another one than the source has. */
export function isDeniedReason(reason: string): boolean {
  return /NOAUTH|WRONGPASS|NOPERM|AUTH failed|AUTH command/i.test(reason);
}

export function isFullReason(reason: string): boolean {
  return /\bOOM\b|out of memory/i.test(reason);
}

export function isUnableReason(reason: string): boolean {
  return /does not support atomic slot migration|disabled by module|unknown (sub)?command/i.test(reason);
}

/** The node that was asked is a replica: it was one before, or has become one meanwhile. */
export function isDemotedReason(reason: string): boolean {
  return /not allowed on replica|on primary nodes/i.test(reason);
}

export function isOpenReason(reason: string): boolean {
  return /must be STABLE|manually migrated/i.test(reason);
}

export function isBusyReason(reason: string): boolean {
  return /another (ASM|migration) task|already migrating slot|overlapping import|already being imported/i.test(
    reason,
  );
}

export function isCancelledReason(reason: string): boolean {
  return /user request/i.test(reason);
}

export function isFlushedReason(reason: string): boolean {
  return /flush/i.test(reason);
}

/** One of the nodes, or both, have changed their roles. */
export function isFailoverReason(reason: string): boolean {
  return /due to manual failover|failover occurred|no longer owned/i.test(reason);
}

/** Clients of the source could not write for as long as they may be held, and the target had not taken over. */
export function isPausedReason(reason: string): boolean {
  return /paused? timeout|unpaused before|before streaming completed|drain timeout/i.test(reason);
}

export function isLostWritesReason(reason: string): boolean {
  return /lost writes/i.test(reason);
}

export function isBufferReason(reason: string): boolean {
  return /output buffer/i.test(reason);
}

/** The way between the nodes broke; the other node may know why. */
export function isConnectionReason(reason: string): boolean {
  return /connection (lost|closed|is closed|refused|reset)|disconnected|no interaction|timed? ?out/i.test(
    reason,
  );
}
