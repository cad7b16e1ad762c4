import { type Address, formatAddress } from "../cluster/address.ts";
import type { ClockView, DatabaseView, ImportTargetView, SourceView } from "../cluster/import-view.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { NO_SERVER } from "./connection-failure.ts";
import { sourceFailure } from "./import-source.ts";
import type { NodeAccess } from "./node-access.ts";
import { engineOf, parseInfo } from "./parse-info.ts";
import { emptyPayloadOf, payloadVersionOf } from "./payload-version.ts";
import { ReplyError } from "./reply-errors.ts";
import type { RawReply } from "./reply-reader.ts";
import { temporaryKeyIn } from "./temporary-key.ts";

/** Asks a server that keys are to come from what the plan needs to know. @throws ConnectFailed, NodeFailed. */
export async function lookAtSource(address: Address, access: NodeAccess): Promise<SourceView> {
  try {
    return await look(address, access);
  } catch (error) {
    // Nothing was asked of it yet that a server could die of: it does not understand us, or wants nothing of us.
    const isLost = error instanceof NodeFailed && error.code === "connection-lost";
    const isNoServer = error instanceof ConnectFailed && error.reason === NO_SERVER;
    if (!isLost && !isNoServer) throw error;
    const { message, node, reason } = error;
    throw new ConnectFailed(message, {
      code: "node-unreachable",
      node,
      reason,
      hint: "If its port speaks TLS, add --from-tls or write the address as rediss://….",
      cause: error,
    });
  }
}

async function look(address: Address, access: NodeAccess): Promise<SourceView> {
  using connection = await BulkConnection.open(address, { access, database: 0 });
  const ask = async (...words: readonly string[]): Promise<RawReply> => {
    const reply = await connection.one(...words);
    if (reply instanceof ReplyError) throw sourceFailure(reply, { address, command: words[0] ?? "" });
    return reply;
  };
  const info = parseInfo(String(await ask("INFO")));
  const databases = databasesIn(info);
  return {
    address,
    runId: info.get("run_id") ?? formatAddress(address),
    ...engineOf(info),
    isReplica: info.get("role") === "slave",
    isLoading: info.get("loading") === "1",
    databases,
    datasetBytes: Number(info.get("used_memory_dataset") ?? 0),
    payloadVersion: await payloadVersion(databases, ask),
    clock: await clockOf(ask),
    isClusterNode: info.get("cluster_enabled") === "1",
  };
}

/** Asks a primary of the cluster; the payload versions are those of the sources. @throws ConnectFailed, NodeFailed. */
export async function lookAtImportTarget(
  { id, address, slot }: { readonly id: string; readonly address: Address; readonly slot: number },
  { access, payloadVersions }: { readonly access: NodeAccess; readonly payloadVersions: readonly number[] },
): Promise<ImportTargetView> {
  using connection = await BulkConnection.open(address, { access, database: 0 });
  const info = parseInfo(String(await connection.must(["INFO"])));
  const unreadable: number[] = [];
  for (const version of payloadVersions) {
    const reply = await connection.one("RESTORE", temporaryKeyIn(slot), "0", emptyPayloadOf(version));
    if (reply instanceof ReplyError && /payload version/i.test(reply.message)) unreadable.push(version);
  }
  const config = await connection.one("CONFIG", "GET", "cluster-databases");
  const [, databases] = Array.isArray(config) ? (config as readonly Buffer[]) : [];
  return {
    id,
    address,
    runId: info.get("run_id") ?? "",
    clock: await clockOf((...words) => connection.must(words)),
    databases: databases === undefined ? 1 : Number(databases),
    maxmemoryPolicy: info.get("maxmemory_policy") ?? "noeviction",
    unreadable,
  };
}

type Ask = (...words: readonly string[]) => Promise<RawReply>;

async function payloadVersion(
  databases: ReadonlyMap<number, DatabaseView>,
  ask: Ask,
): Promise<number | undefined> {
  for (const [database, { keys }] of databases) {
    if (keys === 0) continue;
    if (databases.size > 1 || database !== 0) await ask("SELECT", String(database));
    const dump = await ask("EVAL", DUMP_ANY, "0");
    if (Buffer.isBuffer(dump)) return payloadVersionOf(dump);
  }
  return undefined;
}

/** The end of the payload of some key, however large that is. */
const DUMP_ANY = `local key = redis.call('RANDOMKEY')
local dump = key and redis.call('DUMP', key)
return dump and string.sub(dump, -10)`;

/** Three times, and the quickest answer tells most exactly. */
async function clockOf(ask: Ask): Promise<ClockView> {
  let best: ClockView = { aheadMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round++) {
    const sentMs = performance.timeOrigin + performance.now();
    const time = await ask("TIME");
    const takenMs = performance.timeOrigin + performance.now() - sentMs;
    const [seconds, micros] = time as readonly Buffer[];
    const theirsMs = Number(seconds) * 1000 + Number(micros) / 1000;
    if (takenMs / 2 < best.errorMs) best = { aheadMs: theirsMs - sentMs - takenMs / 2, errorMs: takenMs / 2 };
  }
  return best;
}

function databasesIn(info: ReadonlyMap<string, string>): Map<number, DatabaseView> {
  const databases = new Map<number, DatabaseView>();
  for (const [name, value] of info) {
    const [, database] = /^db(\d+)$/.exec(name) ?? [];
    const [, keys, expiring] = /keys=(\d+),expires=(\d+)/.exec(value) ?? [];
    if (database !== undefined && keys !== undefined) {
      databases.set(Number(database), { keys: Number(keys), expiring: Number(expiring) });
    }
  }
  return databases;
}
