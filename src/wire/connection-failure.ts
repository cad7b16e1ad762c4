import { type Denial, denialHint, denialReason } from "./denial.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import { NoReply } from "./no-reply.ts";

/** An error of the system or of the TLS library. */
export type ConnectionError = Error & {
  readonly code?: string;
  /** What the TLS library says without its own file names and line numbers. */
  readonly reason?: string;
};

/** The code of our own error that ends a connection whose reply has become larger than it may be. */
export const REPLY_TOO_LARGE = "reply-too-large";

/** The reason where something else answers. */
export const NO_SERVER = "no Redis or Valkey server answers there";

/** No connection came about. */
export function notConnected(node: string, cause: ConnectionError): ConnectFailed {
  const tlsFailure = tlsFailed(node, cause);
  if (tlsFailure) return tlsFailure;
  const closed = /^Connection is closed|before secure TLS connection/.test(cause.message);
  const reason = closed ? CLOSED : (SYSTEM_REASONS[cause.code ?? ""] ?? withoutStop(cause.message));
  return new ConnectFailed(`${node} cannot be reached: ${reason}.`, {
    code: "node-unreachable",
    node,
    reason,
    hint: closed
      ? WRONG_PORT_HINT
      : "Is the server running, and is the address right? An address that only leads there from elsewhere can be mapped: --map FROM=TO.",
    cause,
  });
}

/** Nothing took the connection in time, and nothing refused it: a host that is down or cut off, or a firewall. */
export function notTaken(node: string, timeoutMs: number): ConnectFailed {
  const reason = `no answer to the attempt to connect within ${secondsOf(timeoutMs)} s`;
  return new ConnectFailed(`${node} cannot be reached: ${reason}.`, {
    code: "node-unreachable",
    node,
    reason,
    hint: "Its host may be down or cut off, or a firewall in between. A longer --timeout waits longer; an address that only leads there from elsewhere can be mapped: --map FROM=TO.",
  });
}

/** The node takes connections, but not ours. */
export function denied(node: string, detail: string, denial?: Denial): ConnectFailed {
  const lacks = denial && detail.startsWith("NOPERM") ? denial : undefined;
  const reason = lacks ? denialReason(detail, lacks) : withoutStop(withoutArguments(detail));
  return new ConnectFailed(`${node} does not let slotctl in: ${reason}.`, {
    code: "node-denied",
    node,
    reason,
    hint: lacks ? denialHint(detail, lacks) : hintForDenied(detail),
  });
}

/** The node did not answer in time; `inTlsHandshake` when not even TLS was agreed on. */
export function silent(
  node: string,
  { timeoutMs, inTlsHandshake }: { timeoutMs: number; inTlsHandshake: boolean },
): ConnectFailed {
  const seconds = secondsOf(timeoutMs);
  return new ConnectFailed(`${node} did not answer within ${seconds} s.`, {
    code: "node-silent",
    node,
    reason: `no answer ${inTlsHandshake ? "to TLS " : ""}within ${seconds} s`,
    hint: inTlsHandshake
      ? "It may be stopped or cut off, or its port does not speak TLS: then leave --tls out. A longer --timeout waits longer."
      : "It may be stopped, blocked by a slow command, or cut off. A longer --timeout waits longer.",
  });
}

/** What is left of a longer wait is seldom a round number. */
function secondsOf(timeoutMs: number): number {
  return Number((timeoutMs / 1000).toFixed(timeoutMs < 1000 ? 2 : 1));
}

/** How a connection ended with replies outstanding. */
export interface LostConnection {
  /** Why the first of these replies is missing. */
  readonly error: Error;
  /** What the connection itself reported before. */
  readonly reason: ConnectionError | undefined;
  /** The error reply before the missing one, if there was one. */
  readonly lastError: string | undefined;
  /** Whether it ever gave a reply. */
  readonly hasAnswered: boolean;
}

/** The connection broke. Where the other side said why, or is no server at all, the error says that. */
export function connectionLost(node: string, lost: LostConnection): ConnectFailed | NodeFailed {
  const { error, reason, lastError, hasAnswered } = lost;
  if (reason?.code === REPLY_TOO_LARGE) return tooLarge(node);
  const tlsFailure = reason && tlsFailed(node, reason);
  if (tlsFailure) return tlsFailure;
  if (isNoReply(error)) {
    return new ConnectFailed(`${node} answers, but not as a Redis or Valkey server does.`, {
      code: "node-unreachable",
      node,
      reason: NO_SERVER,
      hint: WRONG_PORT_HINT,
    });
  }
  const parting = unaskedError(reason) ?? (isRefusal(lastError) ? lastError : undefined);
  if (parting !== undefined && parting.startsWith("DENIED")) return denied(node, parting);
  const said = parting === undefined ? "" : `: ${withoutStop(parting)}`;
  return new NodeFailed(`${node} closed the connection before it answered${said}.`, {
    code: "connection-lost",
    node,
    reason: `${CLOSED}${said}`,
    hint: hasAnswered || parting !== undefined ? undefined : WRONG_PORT_HINT,
    // Not the client's own error: that one has the command with all its arguments.
    cause: new Error(error.message),
  });
}

function tooLarge(node: string): NodeFailed {
  return new NodeFailed(`${node} answers with more than there is room for.`, {
    code: REPLY_TOO_LARGE,
    node,
    reason: "its reply is larger than there is room for",
    hint: "Ask for less at a time, with SCAN or ranges.",
  });
}

/** Servers quote what they were sent and do not know, and that may be AUTH or MIGRATE with a password. */
export function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, "");
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}

const CLOSED = "it closed the connection";

/** What the system calls by a code, in words. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: CLOSED,
  // These are said of Unix sockets only.
  ENOENT: "there is no such socket",
  EACCES: "this user may not open the socket",
  ENOTSOCK: "it is no socket",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name cannot be looked up now",
  ETIMEDOUT: "no answer to the attempt to connect",
};

const WRONG_PORT_HINT = "Does the port speak TLS (--tls), or belong to something else?";

function tlsFailed(node: string, cause: ConnectionError): ConnectFailed | undefined {
  if (!/CERT|SIGNATURE|SSL|TLS|ALTNAME/.test(cause.code ?? "")) return undefined;
  const detail = cause.reason ?? cause.message;
  if (!/wrong version number|packet length too long|http request/.test(detail)) return denied(node, detail);
  return new ConnectFailed(`${node} does not speak TLS on this port.`, {
    code: "node-unreachable",
    node,
    reason: "no TLS on this port",
    hint: "Leave --tls out, or give the port that takes TLS.",
    cause,
  });
}

/** What to do where a node did not let us in, by what it said or what was wrong with its certificate. */
export function hintForDenied(detail: string): string {
  if (/altnames/.test(detail)) return "Give a name that the node's certificate has with --sni.";
  if (/certificate (has expired|is not yet valid)/i.test(detail)) {
    return "That is the node's certificate: renew it there, and look at the clocks of both machines. --insecure takes it all the same; a --cacert that is out of date says the same.";
  }
  if (/alert.*(certificate required|handshake failure)/i.test(detail)) {
    return "The node wants a client certificate: give one with --cert and --key.";
  }
  if (/alert.*(unknown ca|bad certificate|certificate (expired|revoked|unknown))/i.test(detail)) {
    return "The node does not take the client certificate: --cert must be valid, and signed by a CA that the node knows (tls-ca-cert-file).";
  }
  if (/CERT|certificate|SSL|TLS|handshake/i.test(detail)) {
    return "Give the CA that signed the nodes' certificates with --cacert, and a client certificate with --cert and --key if they want one.";
  }
  return "Give the password with --password-file, --ask-password or SLOTCTL_PASSWORD, and the ACL user with --user.";
}

/** ioredis ends the messages of what it cannot read so: no node of any version sends such bytes. */
function isNoReply(error: Error): boolean {
  return error instanceof NoReply || error.message.endsWith("Please report this.");
}

/** A server that takes no more clients, or none from elsewhere, says so unasked and closes. */
function unaskedError(reason: Error | undefined): string | undefined {
  return /Last (?:reply|error): (?:ReplyError: )?(.*)$/s.exec(reason?.message ?? "")?.[1]?.trim();
}

function isRefusal(errorReply: string | undefined): boolean {
  return /^DENIED|max number of clients/i.test(errorReply ?? "");
}
