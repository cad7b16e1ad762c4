/**
 * What a SETSLOT may end in at a node that becomes a replica meanwhile: its replicas are missing, or it lets go
 * whoever waits for them (Valkey says UNBLOCKED and hangs up).
 */
export const SAID_WHEN_DEMOTED: ReadonlySet<string> = new Set(["replicas-not-answering", "connection-lost"]);
