import { UsageError } from "../errors.ts";

/** Where a node listens for clients. */
export interface Address {
  /** Host name, IPv4 or IPv6 address without brackets; or the path of a Unix socket, with port 0. */
  readonly host: string;
  readonly port: number;
}

/** A node's bus listens this far above its port for clients, unless cluster-port says otherwise. */
export const BUS_PORT_OFFSET = 10_000;

/** Whether what stands for a host is a Unix socket: only the node that is asked first can be given so. */
export function isSocketPath(host: string): boolean {
  return host.startsWith("/");
}

/** `host:port`, with an IPv6 host in brackets; a socket has no port. */
export function formatAddress({ host, port }: Address): string {
  if (isSocketPath(host)) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads `host:port` or `[v6]:port`; also `::1:7000` as redis-cli writes it, split at the last colon.
 *
 * @throws UsageError when there is no host or no port from 1 to 65535.
 */
export function parseAddress(text: string): Address {
  const match = /^\[([^\]]+)\]:(\d{1,5})$/.exec(text) ?? /^([^[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535 || /[\s/@]/.test(match[1])) {
    // What stands before an @ is meant as a user and a password, and is nobody's to see.
    throw new UsageError(`"${text.replace(/^.*@/s, "***@")}" is not the address of a node.`, {
      code: "bad-address",
      hint: "Write host:port, [ipv6]:port, redis://host:port or rediss://host:port.",
    });
  }
  return { host: match[1], port };
}

/** Whether two addresses are the same text; names are not resolved. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}
