import { isBusyReason, isOpenReason, isUnableReason } from "../cluster/migration-reasons.ts";

/** A node's error reply: its first word is a code (`ERR`, `MOVED`, `CLUSTERDOWN` …). */
export class ReplyError extends Error {
  get replyCode(): string {
    return this.message.split(" ", 1)[0] ?? "";
  }
}

/** The node takes commands, but not from us. */
export function isDenied(error: ReplyError): boolean {
  return ["NOAUTH", "WRONGPASS", "NOPERM", "DENIED"].includes(error.replyCode);
}

export function isLoading(error: ReplyError): boolean {
  return error.replyCode === "LOADING";
}

/** The cluster as this node sees it is not ok: typical right after it joined or restarted. */
export function isClusterDown(error: ReplyError): boolean {
  return /CLUSTERDOWN/.test(error.message);
}

/**
 * SETSLOT on a node that became a replica meanwhile (redis/redis#9223, redis/redis#4592). Valkey, which waits for the
 * replicas of a primary before it answers, says UNBLOCKED when it stops being one.
 */
export function isDemoted(error: ReplyError): boolean {
  return /only with (masters|primaries)/i.test(error.message) || error.replyCode === "UNBLOCKED";
}

/** SETSLOT towards a node that became a replica meanwhile. */
export function isPeerDemoted(error: ReplyError): boolean {
  return /target node is not a (master|primary)/i.test(error.message);
}

/** SETSLOT was not carried out, for the replicas of the node did not have it in time (Valkey 8.0). */
export function isWithoutReplicas(error: ReplyError): boolean {
  return error.replyCode === "NOREPLICAS";
}

/** FORGET of a node that is not known: what was wanted holds already. */
export function isUnknownNode(error: ReplyError): boolean {
  return /unknown node/i.test(error.message);
}

/** EXEC by itself: whoever may not use it, or a server that calls it otherwise, says something else. */
export function isWithoutMulti(error: ReplyError): boolean {
  return /without multi/i.test(error.message);
}

/** DELSLOTS of a slot that nobody owns: what was wanted holds already. */
export function isUnassigned(error: ReplyError): boolean {
  return /already unassigned/i.test(error.message);
}

/** The server is older than the command, or the command was renamed away. */
export function isUnknownCommand(error: ReplyError): boolean {
  return /unknown (sub)?command|wrong number of arguments/i.test(error.message);
}

/** The node does not have the key, and says who may: its slot is on its way, or elsewhere. */
export function isRedirect(error: ReplyError): boolean {
  return ["ASK", "MOVED"].includes(error.replyCode);
}

/** MIGRATE: the target has such a key already. */
export function isBusyKey(error: ReplyError): boolean {
  return /BUSYKEY/.test(error.message);
}

/** MIGRATE: the target has no memory left for it. */
export function isOutOfMemory(error: ReplyError): boolean {
  return /\bOOM\b/.test(error.message);
}

/** MIGRATE: the source did not even get a connection to the target. */
export function isConnectError(error: ReplyError): boolean {
  return isIoError(error) && /connect/i.test(error.message);
}

/** MIGRATE: the source could not reach the target, or waited too long for it. */
export function isIoError(error: ReplyError): boolean {
  return error.replyCode === "IOERR";
}

/** An atomic migration was not begun, for one of the nodes can do none: whatever is tried, it never will. */
export function isMigrationUnable(error: ReplyError): boolean {
  return isUnknownCommand(error) || isDenied(error) || isUnableReason(error.message);
}

/** An atomic migration was not begun, for another one is under way, of the node or of the slots. */
export function isMigrationBusy(error: ReplyError): boolean {
  return isBusyReason(error.message);
}

/** An atomic migration was not begun, for slots are importing or migrating in the way of old. */
export function isSlotOpen(error: ReplyError): boolean {
  return isOpenReason(error.message);
}

/** An atomic migration was not begun, for the slots are not where they were to come from. */
export function isOwnedElsewhere(error: ReplyError): boolean {
  return /already the owner|different source nodes|not served by this node|span multiple shards|slot has no owner/i.test(
    error.message,
  );
}

/** Valkey was to cancel its migrations, and has none. */
export function isNothingToCancel(error: ReplyError): boolean {
  return /no migrations ongoing/i.test(error.message);
}
