import { readFile } from "node:fs/promises";
import { type Address, formatAddress } from "../cluster/address.ts";
import type { SourceView } from "../cluster/import-view.ts";
import { ownersOf, type Topology } from "../cluster/topology.ts";
import { openSlotsOf } from "../cluster/topology.ts";
import { messageOf, Refused, UsageError } from "../errors.ts";
import type { ImportStep } from "../plan/import.ts";
import { BulkConnection } from "../wire/bulk-connection.ts";
import { type ImportSource, RedisImportSource } from "../wire/import-source.ts";
import { hasExpireTime } from "../wire/import-targets.ts";
import { eachNode } from "../wire/each-node.ts";
import { lookAtSource } from "../wire/look-for-import.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { parseSeed } from "../wire/seed.ts";
import { askSentinel, parseSentinel } from "../wire/sentinel.ts";
import { Cluster } from "./cluster.ts";
import type { Output } from "./output.ts";
import { parseTwemproxy } from "./parse-twemproxy.ts";

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
      clusters.push({ before, access: server.access });
      for (const { view: owner } of ownersOf(before)) {
        if (!owner) continue;
        views.push(await lookAtSource(owner.address, server.access));
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

  /** Whether slots of a source that is a cluster have other owners than at the beginning: keys may have been missed. */
  async haveSlotsMoved(): Promise<boolean> {
    for (const { before, access } of this.#clusters) {
      const [first] = ownersOf(before);
      if (!first?.view) continue;
      const after = await observeCluster({ address: first.view.address, access });
      if (ownersText(after) !== ownersText(before)) return true;
    }
    return false;
  }
}

async function observeCluster({ address, access }: Server): Promise<Topology> {
  using cluster = new Cluster(address, access);
  const topology = await cluster.observe({ moving: true });
  const node = formatAddress(address);
  const lost = ownersOf(topology).filter(({ view }) => view === undefined);
  if (lost.length > 0 || openSlotsOf(topology).length > 0) {
    const why = lost.length > 0 ? "some of its primaries cannot be reached" : "slots of it are on their way";
    throw new Refused(
      `The cluster of ${node} cannot be imported as it is: ${why}, so keys could be missed.`,
      {
        code: "source-unsound",
        node,
        hint: `slotctl check ${node} says what is wrong.`,
      },
    );
  }
  return topology;
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
    access,
    output,
  }: { readonly pool: string | undefined; readonly access: NodeAccess; readonly output: Output },
): Promise<Server[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`--from-twemproxy ${path} cannot be read: ${messageOf(cause)}.`, {
      code: "bad-file",
      cause,
    });
  }
  const { servers, password } = await parseTwemproxy(text, { path, pool });
  output.protect(password);
  return servers.map((address) => ({
    address,
    access: { ...access, password: access.password ?? password },
  }));
}
