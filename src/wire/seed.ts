import { type Address, isSocketPath, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";

/** What a SEED or NODE_ADDRESS argument says. */
export interface Seed {
  readonly address: Address;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

/**
 * Reads `host:port`, `[v6]:port`, `redis://[user[:password]@]host:port`, `rediss://…`, or the Unix socket of a node as
 * `/path` or `unix:///path`.
 *
 * @throws UsageError, in which a password of the text never appears.
 */
export function parseSeed(text: string): Seed {
  const path = text.replace(/^unix:\/\/(?=\/)/i, "");
  if (isSocketPath(path)) {
    return { address: { host: path, port: 0 }, username: undefined, password: undefined, tls: false };
  }
  const uri = /^(rediss?):\/\//i.exec(text);
  if (!uri) {
    return { address: parseAddress(text), username: undefined, password: undefined, tls: false };
  }
  try {
    const url = new URL(text);
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1");
    if (host === "" || !/^(\/\d*)?$/.test(url.pathname)) throw new Error("no host, or a path");
    return {
      address: { host, port: url.port === "" ? 6379 : Number(url.port) },
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      tls: uri[1]?.toLowerCase() === "rediss",
    };
  } catch {
    // Neither the text nor the parser's message may be shown: both hold the password.
    throw new UsageError(`The ${uri[1]}:// address is not understood.`, {
      code: "bad-address",
      hint: "Write redis://[user[:password]@]host:port; escape special characters of a password as %XX.",
    });
  }
}
