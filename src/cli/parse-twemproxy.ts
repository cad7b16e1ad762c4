import { type Address, isSocketPath, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";

export interface TwemproxyPool {
  readonly name: string;
  readonly servers: readonly Address[];
  readonly password: string | undefined;
  /** The database of each server that it works on. */
  readonly database: number;
}

/**
 * The servers of a pool of Twemproxy's nutcracker.yml. How it spreads keys among them does not matter: every key of
 * every server is imported.
 *
 * @param pool its name; undefined where there is only one.
 * @throws UsageError for a file that is not understood, or several pools and no name.
 */
export async function parseTwemproxy(
  text: string,
  { path, pool }: { readonly path: string; readonly pool: string | undefined },
): Promise<TwemproxyPool> {
  const { parse } = await import("yaml");
  let file: unknown;
  try {
    // Twemproxy takes every value as the text that it is: a password may look like a number.
    file = parse(text, { schema: "failsafe", logLevel: "error" });
  } catch {
    // The parser's message quotes the line, which may be the one with the password.
    throw notUnderstood(path, "it is no YAML");
  }
  const pools = isRecord(file) ? file : {};
  const names = Object.keys(pools);
  const name = pool ?? (names.length === 1 ? names[0] : undefined);
  const chosen = name === undefined ? undefined : pools[name];
  if (name === undefined || !isRecord(chosen)) {
    throw new UsageError(
      pool === undefined
        ? `${path} has ${names.length} pools: say which one.`
        : `${path} has no pool ${pool}.`,
      { code: "unknown-pool", hint: `Its pools are ${names.join(", ")}: name one with --twemproxy-pool.` },
    );
  }
  const { servers, redis_auth: password, redis_db: database = "0", redis } = chosen;
  if (redis !== "true")
    throw notUnderstood(path, `the pool ${name} is not one of Redis servers (redis: true)`);
  if (!Array.isArray(servers) || servers.length === 0)
    throw notUnderstood(path, `the pool ${name} has no servers`);
  if (typeof database !== "string" || !/^\d+$/.test(database))
    throw notUnderstood(path, `redis_db of the pool ${name} is no number`);
  return {
    name,
    servers: servers.map((server) => serverAddress(String(server), path)),
    password: typeof password === "string" && password !== "" ? password : undefined,
    database: Number(database),
  };
}

/** `host:port:weight` or `/socket:weight`, with a name behind it where there is one; an IPv6 host has no brackets. */
function serverAddress(entry: string, path: string): Address {
  const [, where] = /^(\S+):\d+(?: +\S+)?$/.exec(entry.trim()) ?? [];
  if (where !== undefined && isSocketPath(where)) return { host: where, port: 0 };
  if (where === undefined || !/:\d+$/.test(where)) {
    throw notUnderstood(path, "a server is not written as host:port:weight or /socket:weight");
  }
  return parseAddress(where);
}

function notUnderstood(path: string, why: string): UsageError {
  return new UsageError(`${path} is not understood: ${why}.`, {
    code: "bad-file",
    hint: "It should be the configuration of Twemproxy (nutcracker.yml).",
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
