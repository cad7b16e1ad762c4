import type { Engine, Replication, ServerModule } from "../cluster/node-view.ts";

/** Reads the `name:value` lines that INFO and CLUSTER INFO answer with. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Valkey reports a redis_version too, for clients that know no other: its own field decides. */
export function engineOf(info: ReadonlyMap<string, string>): { engine: Engine; version: string } {
  const valkey = info.get("valkey_version");
  if (valkey !== undefined) return { engine: "valkey", version: valkey };
  return { engine: "redis", version: info.get("redis_version") ?? "unknown" };
}

export function replicationOf(info: ReadonlyMap<string, string>): Replication {
  const isReplica = info.get("role") === "slave";
  const offset = isReplica
    ? (info.get("slave_repl_offset") ?? info.get("master_repl_offset"))
    : info.get("master_repl_offset");
  return {
    role: isReplica ? "replica" : "primary",
    historyId: info.get("master_replid"),
    earlierHistoryId: info.get("master_replid2"),
    offset: Number(offset ?? 0),
    linkUp: !isReplica || info.get("master_link_status") === "up",
    syncing: info.get("master_sync_in_progress") === "1",
  };
}

/**
 * The databases that hold keys, with how many: more than database 0 only since Valkey 9, with
 * cluster-databases above 1.
 */
export function databasesOf(info: ReadonlyMap<string, string>): ReadonlyMap<number, number> {
  const databases = new Map<number, number>();
  for (const [name, value] of info) {
    const database = /^db(\d+)$/.exec(name)?.[1];
    if (database !== undefined) databases.set(Number(database), Number(/keys=(\d+)/.exec(value)?.[1] ?? 0));
  }
  return databases;
}

/** The loaded modules, a line each: `module:name=search,ver=2,...,options=[handle-io-errors|handle-repl-async-load]`. */
export function modulesOf(text: string): ServerModule[] {
  return Array.from(text.matchAll(/^module:name=([^,\r\n]*)(.*)$/gm), ([, name = "", rest = ""]) => ({
    name,
    options: (/\boptions=\[([^\]]*)\]/.exec(rest)?.[1] ?? "").split("|").filter((option) => option !== ""),
  }));
}
