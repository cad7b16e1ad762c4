import { type Address, formatAddress } from "../../src/cluster/address.ts";
import type { Look } from "../../src/cluster/node-view.ts";
import type { NodeClient, NodeClients } from "../../src/wire/node-client.ts";

/** What a test expects to be asked of a node; whatever else is asked fails. */
export type FakeClient = Partial<Omit<NodeClient, "address">>;

/** Clients by address as text; a node that is not there is never to be asked at all. */
export function fakeClients(byAddress: Readonly<Record<string, FakeClient>>): NodeClients {
  return {
    at: (address) => {
      const name = formatAddress(address);
      const known = byAddress[name];
      if (!known) throw new Error(`nobody was to talk to ${name}`);
      return fakeClient(address, known);
    },
  };
}

/** Clients that answer a look with what is given, at the addresses given. */
export function lookingClients(looks: readonly Look[]): NodeClients {
  const entries = looks.map((look) => [formatAddress(look.address), { look: () => Promise.resolve(look) }]);
  return fakeClients(Object.fromEntries(entries) as Record<string, FakeClient>);
}

function fakeClient(address: Address, known: FakeClient): NodeClient {
  const client: FakeClient & { address: Address } = { address, ...known };
  return new Proxy(client, {
    get: (target, name, receiver) => {
      if (name in target) return Reflect.get(target, name, receiver) as unknown;
      throw new Error(`${formatAddress(address)} was not to be asked for ${String(name)}`);
    },
  }) as NodeClient;
}
