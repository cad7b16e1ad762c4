import { type Address, isSocketPath } from "../cluster/address.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { ConnectFailed } from "../errors.ts";
import type { ImportTargetView } from "../cluster/import-view.ts";
import type { CallOutcome } from "../cluster/call-result.ts";
import { type Call, callNode } from "../wire/call-node.ts";
import { type ImportTargets, RedisImportTargets } from "../wire/import-targets.ts";
import { lookAtImportTarget } from "../wire/look-for-import.ts";
import { holdNodes } from "../wire/hold-nodes.ts";
import type { NodeClient, NodeClients } from "../wire/node-client.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { observe, type ObserveWishes } from "../wire/observe.ts";
import { openRdbStream, type RdbStream } from "../wire/rdb-stream.ts";
import { NodeRoutes } from "../wire/node-routes.ts";
import type { RedisNodeClient } from "../wire/redis-node-client.ts";
import { RedisNodeClients } from "../wire/redis-node-clients.ts";
import { resolveHost } from "../wire/resolve-host.ts";

/** What commands ask of nodes: besides what is asked on a plan's behalf, whether the node lets us do it. */
export interface ClusterClients extends NodeClients {
  at(address: Address): ClusterClient;
}

export type ClusterClient = NodeClient & Pick<RedisNodeClient, "rehearse">;

/** The nodes a command talks to. Connections are closed when it is disposed of. */
export class Cluster implements Disposable {
  readonly seed: Address;
  readonly #access: NodeAccess;
  readonly #routes = new NodeRoutes();
  readonly #clients: RedisNodeClients;

  constructor(seed: Address, access: NodeAccess) {
    this.seed = seed;
    this.#access = { ...access, routes: this.#routes };
    this.#clients = new RedisNodeClients(this.#access);
  }

  get clients(): ClusterClients {
    return this.#clients;
  }

  /** Where a node that is given or announced at an address is reached from here. */
  reach(address: Address): Address {
    return this.#access.mapAddress(address);
  }

  /** All views joined, starting from the seed. */
  async observe(wishes: ObserveWishes = {}): Promise<Topology> {
    return await this.#observeFrom(this.reach(this.seed), wishes);
  }

  /** All views joined, starting from the node at this address as it is reached from here. */
  async observeFrom(address: Address, wishes: ObserveWishes): Promise<Topology> {
    return await this.#observeFrom(address, wishes);
  }

  /**
   * All views joined after a change, which may have taken the seed out of the cluster or broken it: then
   * from the first of the other nodes that answers.
   */
  async observeAgain(
    before: Topology,
    { goneIds, wishes = {} }: { readonly goneIds: ReadonlySet<string>; readonly wishes?: ObserveWishes },
  ): Promise<Topology> {
    const stayed = reachedNodes(before).filter((node) => !goneIds.has(node.id));
    const addresses = stayed.flatMap((node) => (node.view ? [node.view.address] : []));
    let failure: unknown;
    for (const address of addresses) {
      try {
        return await this.#observeFrom(address, wishes);
      } catch (error) {
        if (!(error instanceof ConnectFailed)) throw error;
        failure = error;
      }
    }
    throw (
      failure ?? new ConnectFailed("No node of the cluster answers any more.", { code: "node-unreachable" })
    );
  }

  /** The IP address of a host, found within the time that a node may take for a reply. */
  async resolveHost(host: string): Promise<string> {
    return await resolveHost(host, { timeoutMs: this.#access.timeoutMs });
  }

  /** Keeps other runs from moving slots at these nodes, until it is disposed of. */
  async hold(addresses: readonly Address[]): Promise<Disposable> {
    return await holdNodes(addresses, this.#access);
  }

  /** Sends one command to the node at this address, whatever it is. */
  async call(address: Address, call: Call): Promise<CallOutcome> {
    return await callNode(address, call, this.#access);
  }

  /** How long a node may take for a reply. */
  get replyMs(): number {
    return this.#access.timeoutMs;
  }

  /** The data of a node as an RDB. */
  async openRdb(address: Address, signal: AbortSignal): Promise<RdbStream> {
    return await openRdbStream(address, { access: this.#access, signal });
  }

  /** What an import needs to know of a primary that owns a slot. */
  async lookAtImportTarget(
    target: { readonly id: string; readonly address: Address; readonly slot: number },
    payloadVersions: readonly number[],
  ): Promise<ImportTargetView> {
    return await lookAtImportTarget(target, { access: this.#access, payloadVersions });
  }

  /** The primaries, to bring keys to one of their databases. */
  openImportTargets(topology: Topology, database: number): ImportTargets {
    return new RedisImportTargets({
      topology,
      access: this.#access,
      database,
      observe: () => this.observeAgain(topology, { goneIds: new Set() }),
    });
  }

  async #observeFrom(given: Address, wishes: ObserveWishes): Promise<Topology> {
    const { mapAddress, credentials, timeoutMs } = this.#access;
    const seed = isSocketPath(given.host) ? await this.#addressBehind(given) : given;
    return await observe({
      clients: this.clients,
      seed,
      mapAddress,
      wishes,
      introduce: (address, line) => credentials?.introduce(address, line),
      resolveMs: timeoutMs,
    });
  }

  /** A node that is reached over a socket is called by its address as all others are, once it knows it itself. */
  async #addressBehind(socket: Address): Promise<Address> {
    const look = await this.clients.at(socket).look();
    const announced = "view" in look ? look.view.self.address : undefined;
    if (!announced) return socket;
    const address = this.reach(announced);
    this.#routes.useSocket(address, socket.host);
    return address;
  }

  [Symbol.dispose](): void {
    this.#clients[Symbol.dispose]();
  }
}
