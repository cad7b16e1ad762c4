import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeAccess } from "./node-access.ts";
import type { NodeClients } from "./node-client.ts";
import { RedisNodeClient } from "./redis-node-client.ts";

/** Real nodes: one connection each, made when first used. */
export class RedisNodeClients implements NodeClients, Disposable {
  readonly #access: NodeAccess;
  readonly #clients = new Map<string, RedisNodeClient>();

  constructor(access: NodeAccess) {
    this.#access = access;
  }

  at(address: Address): RedisNodeClient {
    const name = formatAddress(address);
    const known = this.#clients.get(name);
    if (known) return known;
    const client = new RedisNodeClient(address, this.#access);
    this.#clients.set(name, client);
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
