import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeAccess } from "./node-access.ts";
import type { NodeClients } from "./node-client.ts";
import { RedisNodeClient } from "./redis-node-client.ts";

/**
 * Real nodes: one connection each, made when first used. Disposed of it is for good: whoever asks for a node later,
 * such as a look whose command has failed meanwhile, gets a client that is closed.
 */
export class RedisNodeClients implements NodeClients, Disposable {
  readonly #access: NodeAccess;
  readonly #clients = new Map<string, RedisNodeClient>();
  #isClosed = false;

  constructor(access: NodeAccess) {
    this.#access = access;
  }

  at(address: Address): RedisNodeClient {
    const name = formatAddress(address);
    const known = this.#clients.get(name);
    if (known) return known;
    const client = new RedisNodeClient(address, this.#access);
    if (this.#isClosed) client.close();
    this.#clients.set(name, client);
    return client;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const client of this.#clients.values()) client.close();
  }
}
