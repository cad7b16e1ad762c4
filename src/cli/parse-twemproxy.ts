import { type Address, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";

export interface TwemproxyPool {
  readonly servers: readonly Address[];
  readonly password: string | undefined;
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
    file = parse(text);
  } catch {
    // The parser's message quotes the line, which may be the one with the password.
    throw notUnderstood(path, "it is no YAML");
  }
  const pools = isRecord(file) ? file : {};
  const names = Object.keys(pools);
  const name = pool ?? (names.length === 1 ? names[0] : undefined);
  const chosen = name === undefined ? undefined : pools[name];
  if (!isRecord(chosen)) {
    throw new UsageError(
      pool === undefined
        ? `${path} has ${names.length} pools: say which one.`
        : `${path} has no pool ${pool}.`,
      { code: "unknown-pool", hint: `Its pools are ${names.join(", ")}: name one with --twemproxy-pool.` },
    );
  }
  const { servers, redis_auth: password, redis } = chosen;
  if (redis !== true) throw notUnderstood(path, `the pool ${name} is not one of Redis servers (redis: true)`);
  if (!Array.isArray(servers) || servers.length === 0)
    throw notUnderstood(path, `the pool ${name} has no servers`);
  return {
    servers: servers.map((server) => serverAddress(String(server), path)),
    password: typeof password === "string" || typeof password === "number" ? String(password) : undefined,
  };
}

/** `host:port:weight`, with a name behind it where there is one. */
function serverAddress(entry: string, path: string): Address {
  const [, address] = /^(.+:\d+):\d+(?:\s+\S+)?$/.exec(entry.trim()) ?? [];
  if (address === undefined || address.startsWith("/")) {
    throw notUnderstood(path, `a server is not written as host:port:weight`);
  }
  return parseAddress(address);
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
