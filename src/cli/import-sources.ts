import { type Address, formatAddress } from "../cluster/address.ts";
import type { SourceView } from "../cluster/import-view.ts";
import { ownersOf, type Topology } from "../cluster/topology.ts";
import { openSlotsOf } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import type { ImportStep } from "../plan/import.ts";
import { BulkConnection } from "../wire/bulk-connection.ts";
import { type ImportSource, RedisImportSource } from "../wire/import-source.ts";
import { hasExpireTime } from "../wire/import-targets.ts";
import { eachNode } from "../wire/each-node.ts";
import { holdNodes } from "../wire/hold-nodes.ts";
import { lookAtSource } from "../wire/look-for-import.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { parseSeed } from "../wire/seed.ts";
import { askSentinel, parseSentinel } from "../wire/sentinel.ts";
import { Cluster } from "./cluster.ts";
import type { Output } from "./output.ts";
import { parseTwemproxy } from "./parse-twemproxy.ts";
import { readText } from "./read-text.ts";

/** A server that keys come from, and how it is reached. */
interface Server {
  readonly address: Address;
  readonly access: NodeAccess;
}

/** The servers that keys come from, once all that was named is found. */
export class ImportSources {
  readonly views: readonly SourceView[];
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #clusters: readonly { readonly before: Topology; readonly access: NodeAccess }[];

  private constructor(
    views: readonly SourceView[],
    servers: readonly Server[],
    clusters: readonly { readonly before: Topology; readonly access: NodeAccess }[],
  ) {
    this.views = views;
    this.#servers = new Map(servers.map((server) => [formatAddress(server.address), server]));
    this.#clusters = clusters;
  }

  /**
   * Finds the servers: a Sentinel is asked for its primary, and one node of a cluster for all primaries.
   *
   * @throws UsageError, ConnectFailed, or Refused for a cluster some of whose keys could not be seen.
   */
  static async find(named: readonly Server[]): Promise<ImportSources> {
    const looked = await eachNode(named, async (server) => ({
      server,
      view: await lookAtSource(server.address, server.access),
    }));
    const views: SourceView[] = [];
    const servers: Server[] = [];
    const clusters: { readonly before: Topology; readonly access: NodeAccess }[] = [];
    for (const { server, view } of looked) {
      if (!view.isClusterNode) {
        views.push(view);
        servers.push(server);
        continue;
      }
      const isKnown = clusters.some(({ before }) =>
        before.nodes.some(
          (node) => node.view && formatAddress(node.view.address) === formatAddress(server.address),
        ),
      );
      if (isKnown) continue;
      const before = await observeCluster(server);
      refuseUnsound(before, server.address);
      clusters.push({ before, access: server.access });
      for (const { view: owner } of ownersOf(before)) {
        if (!owner) continue;
        views.push({ ...(await lookAtSource(owner.address, server.access)), namedAs: server.address });
        servers.push({ address: owner.address, access: server.access });
      }
    }
    return new ImportSources(views, servers, clusters);
  }

  async open(step: ImportStep): Promise<ImportSource> {
    const server = this.#servers.get(formatAddress(step.from));
    if (!server) throw new RangeError(`no source is known at ${formatAddress(step.from)}`);
    const { address, access } = server;
    const connection = await BulkConnection.open(address, { access, database: step.database });
    return new RedisImportSource(connection, {
      database: step.database,
      hasExpireTime: hasExpireTime(step.source),
    });
  }

  /**
   * Keeps other runs from moving keys away from these servers, until it is disposed of.
   *
   * @throws Refused while another run is at work at one of them.
   */
  async hold(): Promise<Disposable> {
    const held: Disposable[] = [];
    const release = () => held.forEach((one) => one[Symbol.dispose]());
    try {
      // In one order: of two runs, the first one at the first server of both goes on, and the other one is refused.
      for (const [, { address, access }] of [...this.#servers].sort(([a], [b]) => (a < b ? -1 : 1))) {
        held.push(await holdNodes([address], access, { planHolds: true }));
      }
      return { [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Whether slots of a source that is a cluster have other owners than at the beginning, or are on their way: keys may
   * have been missed.
   */
  async haveSlotsMoved(): Promise<boolean> {
    for (const { before, access } of this.#clusters) {
      const [first] = ownersOf(before);
      if (!first?.view) continue;
      const after = await observeCluster({ address: first.view.address, access });
      if (unsoundness(after) !== undefined || ownersText(after) !== ownersText(before)) return true;
    }
    return false;
  }
}

async function observeCluster({ address, access }: Server): Promise<Topology> {
  using cluster = new Cluster(address, access);
  return await cluster.observe({ moving: true });
}

/** Why keys of a cluster could be missed; undefined where none could. */
function unsoundness(topology: Topology): string | undefined {
  if (ownersOf(topology).some(({ view }) => view === undefined)) {
    return "some of its primaries cannot be reached";
  }
  return openSlotsOf(topology).length > 0 ? "slots of it are on their way" : undefined;
}

/** @throws Refused. */
function refuseUnsound(topology: Topology, address: Address): void {
  const node = formatAddress(address);
  const why = unsoundness(topology);
  if (why !== undefined) {
    throw new Refused(
      `The cluster of ${node} cannot be imported as it is: ${why}, so keys could be missed.`,
      {
        code: "source-unsound",
        node,
        hint: `slotctl check ${node} says what is wrong.`,
      },
    );
  }
}

function ownersText(topology: Topology): string {
  return ownersOf(topology)
    .map(({ id, slots }) => `${id} ${slots}`)
    .sort()
    .join("\n");
}

/** Reads one --from. @throws UsageError, ConnectFailed when a Sentinel does not know. */
export async function serverFrom(
  text: string,
  { access, output }: { readonly access: NodeAccess; readonly output: Output },
): Promise<Server> {
  const sentinel = parseSentinel(text);
  if (sentinel) {
    output.protect(sentinel.password);
    return { address: access.mapAddress(await askSentinel(sentinel, access)), access };
  }
  const seed = parseSeed(text);
  output.protect(seed.password);
  if (/^rediss?:\/\/[^/]*\/\d/i.test(text)) {
    throw new UsageError(`The address of ${formatAddress(seed.address)} has a database in it.`, {
      code: "bad-address",
      hint: "Leave it out, or keys of all databases would be taken for what was meant: --database N takes those of one.",
    });
  }
  return {
    address: seed.address,
    access: {
      ...access,
      username: seed.username ?? access.username,
      password: seed.password ?? access.password,
      tls: seed.tls ? (access.tls ?? PLAIN_TLS) : access.tls,
    },
  };
}

const PLAIN_TLS = { ca: undefined, cert: undefined, key: undefined, serverName: undefined, insecure: false };

/** The servers of a pool of Twemproxy. @throws UsageError. */
export async function serversOfTwemproxy(
  path: string,
  {
    pool,
    databases,
    access,
    output,
  }: {
    readonly pool: string | undefined;
    /** Those that are to be imported; undefined where nobody has said. */
    readonly databases: readonly number[] | undefined;
    readonly access: NodeAccess;
    readonly output: Output;
  },
): Promise<Server[]> {
  const text = await readText(path, "--from-twemproxy");
  const { name, servers, password, database } = await parseTwemproxy(text, { path, pool });
  output.protect(password);
  if (database !== 0 && databases === undefined) {
    throw new UsageError(`The pool ${name} of ${path} works on database ${database} (redis_db).`, {
      code: "bad-file",
      hint: `Say which databases of its servers are meant: --database ${database} --map-database ${database}=0 brings the keys of the pool to database 0.`,
    });
  }
  return servers.map((address) => ({
    address,
    access: { ...access, password: access.password ?? password },
  }));
}
