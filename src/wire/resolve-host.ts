import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { ConnectFailed } from "../errors.ts";

export interface ResolveOptions {
  /** A name server that is cut off is waited for much longer than a node is. */
  readonly timeoutMs: number;
  readonly find?: (host: string) => Promise<string>;
}

/**
 * The IP address of a host: CLUSTER MEET takes no names.
 *
 * @throws ConnectFailed when the name is unknown, or not found in time.
 */
export async function resolveHost(
  host: string,
  { timeoutMs, find = findAddress }: ResolveOptions,
): Promise<string> {
  if (isIP(host)) return host;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  try {
    const found = await Promise.race([find(host), late]);
    if (typeof found === "string") return found;
  } catch (cause) {
    throw notResolved(`The host name ${host} cannot be resolved.`, { host, cause });
  } finally {
    clearTimeout(timer);
  }
  throw notResolved(`The host name ${host} was not resolved within ${timeoutMs / 1000} s.`, { host });
}

/** IPv4 first: a node that listens on both families gossips whichever it was met at. */
async function findAddress(host: string): Promise<string> {
  const { address } = await lookup(host, { order: "ipv4first" });
  return address;
}

function notResolved(message: string, { host, cause }: { host: string; cause?: unknown }): ConnectFailed {
  return new ConnectFailed(message, {
    code: "node-unreachable",
    node: host,
    hint: "CLUSTER MEET needs an IP address: give the node by its IP, or make the name known.",
    cause,
  });
}
