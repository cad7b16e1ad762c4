import { type Address, formatAddress } from "../cluster/address.ts";

/** Whom a node is asked to take us for. */
export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Stands for every node that has no entry of its own. */
export const ANY_NODE = "*";

/**
 * Users and passwords of single nodes. An entry is called by what people call a node: the address that it announces or
 * is reached at, its host for all ports, its host name, or its id. Id and host name are known once another node has
 * told of it, so that the one that is asked first can only be named by its address.
 */
export class NodeCredentials {
  readonly #entries: ReadonlyMap<string, Credentials>;
  readonly #mapAddress: (announced: Address) => Address;
  readonly #namesOf = new Map<string, readonly string[]>();

  constructor(
    entries: ReadonlyMap<string, Credentials>,
    mapAddress: (announced: Address) => Address = (announced) => announced,
  ) {
    this.#entries = entries;
    this.#mapAddress = mapAddress;
  }

  /** Undefined for a node without an entry: what is given for all nodes holds there. */
  of(address: Address): Credentials | undefined {
    const reached = this.#mapAddress(address);
    const names = [
      ...namesOfAddress(address),
      ...namesOfAddress(reached),
      ...(this.#namesOf.get(formatAddress(address)) ?? this.#namesOf.get(formatAddress(reached)) ?? []),
    ];
    // A whole address says more than a host.
    const ranked = [...names.filter(isExact), ...names.filter((name) => !isExact(name)), ANY_NODE];
    const known = ranked.find((name) => this.#entries.has(name));
    return known === undefined ? undefined : this.#entries.get(known);
  }

  /** What the node that is reached at `address` is called besides. */
  introduce(
    address: Address,
    node: {
      readonly id: string;
      readonly address: Address | undefined;
      readonly hostname: string | undefined;
    },
  ): void {
    const { id, hostname, address: announced } = node;
    const byName =
      hostname === undefined || !announced ? [] : namesOfAddress({ host: hostname, port: announced.port });
    this.#namesOf.set(formatAddress(address), [
      id,
      ...byName,
      ...(announced ? namesOfAddress(announced) : []),
    ]);
  }
}

/** An entry of a host says nothing of a port; the names of both kinds cannot be mistaken for each other. */
function namesOfAddress(address: Address): string[] {
  return [formatAddress(address), address.host];
}

function isExact(name: string): boolean {
  return /^[0-9a-f]{40}$/.test(name) || /^(\[[^\]]+\]|[^:]+):\d+$/.test(name);
}
