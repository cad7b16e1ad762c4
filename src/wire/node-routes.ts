import { isIP } from "node:net";
import { type Address, formatAddress, isSocketPath } from "../cluster/address.ts";

/** Where a connection goes: a Unix socket of this machine, or an IP address or host name with a port. */
export type Route = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * What has been found out of the ways to the nodes in one run.
 *
 * A host name is asked for until it has led to a node once, and every later connection of the run goes to the same
 * IP address: a name of several nodes, or one that moves on meanwhile, would make us tell one node what was meant for
 * another.
 */
export class NodeRoutes {
  readonly #routes = new Map<string, Route>();

  to(address: Address): Route {
    if (isSocketPath(address.host)) return { path: address.host };
    return this.#routes.get(formatAddress(address)) ?? { host: address.host, port: address.port };
  }

  /** The node at this address is reached over a Unix socket. */
  useSocket(address: Address, path: string): void {
    this.#routes.set(formatAddress(address), { path });
  }

  /** A connection to this address has come about, with this IP address at the other end. */
  arrived(address: Address, ip: string | undefined): void {
    if (ip === undefined || isIP(address.host) !== 0 || isSocketPath(address.host)) return;
    const name = formatAddress(address);
    if (!this.#routes.has(name)) this.#routes.set(name, { host: ip, port: address.port });
  }
}
