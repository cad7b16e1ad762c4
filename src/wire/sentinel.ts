import { type Address, formatAddress } from "../cluster/address.ts";
import { ConnectFailed, UsageError } from "../errors.ts";
import { BulkConnection } from "./bulk-connection.ts";
import type { NodeAccess } from "./node-access.ts";
import { ReplyError } from "./reply-errors.ts";

/** A primary that Sentinel watches, by its name. */
export interface SentinelName {
  readonly address: Address;
  readonly name: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const PORT = 26_379;

/**
 * Reads `sentinel://[user[:password]@]host[:port]/name`; undefined for an address of another kind.
 *
 * @throws UsageError, in which a password never appears.
 */
export function parseSentinel(text: string): SentinelName | undefined {
  if (!/^sentinel:\/\//i.test(text)) return undefined;
  try {
    const url = new URL(text.replace(/^sentinel/i, "redis"));
    const name = decodeURIComponent(url.pathname.slice(1));
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1");
    if (host === "" || name === "" || name.includes("/")) throw new Error("no host or no name");
    return {
      address: { host, port: url.port === "" ? PORT : Number(url.port) },
      name,
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
    };
  } catch {
    throw new UsageError("The sentinel:// address is not understood.", {
      code: "bad-address",
      hint: "Write sentinel://[user[:password]@]host:port/name, with the name that Sentinel has for the primary.",
    });
  }
}

/** Where the primary is now, in the Sentinel's eyes. @throws ConnectFailed, or UsageError for a name it does not know. */
export async function askSentinel(sentinel: SentinelName, access: NodeAccess): Promise<Address> {
  const node = formatAddress(sentinel.address);
  using connection = await BulkConnection.open(sentinel.address, {
    access: { ...access, username: sentinel.username, password: sentinel.password },
    database: 0,
  });
  const reply = await connection.one("SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.name);
  if (reply instanceof ReplyError) {
    throw new ConnectFailed(`${node} does not answer as a Sentinel: ${reply.message}.`, {
      code: "not-a-sentinel",
      node,
      hint: "Give host and port of a Sentinel; one that asks for a password takes it in the address.",
    });
  }
  const [host, port] = Array.isArray(reply) ? (reply as readonly Buffer[]) : [];
  if (host !== undefined && port !== undefined)
    return { host: host.toString(), port: Number(port.toString()) };
  throw new UsageError(`The Sentinel ${node} watches no primary called ${sentinel.name}.`, {
    code: "unknown-primary",
    hint: "SENTINEL MASTERS lists the names that it knows.",
  });
}
