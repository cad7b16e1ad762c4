import { type Address, formatAddress, sameAddress } from "../cluster/address.ts";
import type { Look } from "../cluster/node-view.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import type { Snapshot } from "../saved/snapshot.ts";
import { plainAccess } from "../wire/node-access.ts";
import type { ObserveWishes } from "../wire/observe.ts";
import { Cluster, type ClusterClient, type ClusterClients } from "./cluster.ts";

const NO_ACCESS = plainAccess(1);

/** A cluster as a snapshot has it: it is planned on, and no node is ever asked. */
export class SnapshotCluster extends Cluster {
  readonly #snapshot: Snapshot;

  constructor(seed: Address, snapshot: Snapshot) {
    super(seed, NO_ACCESS);
    this.#snapshot = snapshot;
  }

  override get clients(): ClusterClients {
    return { at: (address) => clientOf(address, this.#snapshot) };
  }

  override async observe({ deep }: ObserveWishes = {}): Promise<Topology> {
    const { topology } = this.#snapshot;
    if (deep && !reachedNodes(topology).some(({ view }) => view?.strayKeys)) {
      throw new UsageError("The snapshot was taken without a deep look.", {
        code: "not-in-snapshot",
        hint: "Take it anew with slotctl snapshot SEED --deep.",
      });
    }
    return topology;
  }

  /** A snapshot knows no name server: what is planned with it has the address as it was given. */
  override async resolveHost(host: string): Promise<string> {
    return host;
  }
}

/** A node that says what it said then. Whatever else is asked of it is not known. */
function clientOf(address: Address, snapshot: Snapshot): ClusterClient {
  const look = lookIn(snapshot, address);
  const id = "view" in look ? look.view.self.id : undefined;
  const known: Partial<ClusterClient> = {
    address,
    look: async () => look,
    // What the node would let us do is asked again when the plan is applied.
    rehearse: async () => [],
    dumpFunctions: async () =>
      id !== undefined && snapshot.functionsAt.has(id) ? Buffer.from("in the snapshot") : undefined,
  };
  return new Proxy(known, {
    get: (target, name) =>
      name in target ? Reflect.get(target, name) : () => Promise.reject(notKnown(address)),
  }) as ClusterClient;
}

function lookIn({ topology, newcomers }: Snapshot, address: Address): Look {
  const views = [...reachedNodes(topology).flatMap(({ view }) => view ?? []), ...newcomers];
  const announced = topology.nodes.find((node) => node.announced && sameAddress(node.announced, address));
  const view = views.find((candidate) => sameAddress(candidate.address, address)) ?? announced?.view;
  if (view) return { address, view };
  return { address, unreached: { state: "unreachable", detail: "it is not in the snapshot" } };
}

function notKnown(address: Address): Refused {
  const node = formatAddress(address);
  return new Refused(`What ${node} would have to be asked for this plan is not in the snapshot.`, {
    code: "not-in-snapshot",
    node,
    hint: "Plan with the nodes themselves: the same command without --snapshot.",
  });
}
