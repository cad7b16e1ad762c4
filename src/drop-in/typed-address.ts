import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type Address, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { resolveHost } from "../wire/resolve-host.ts";
import type { Invocation } from "./invocation.ts";

/**
 * The address that arguments begin with: `host:port`, `host:port@busport`, or `host port`. With -4 or -6 a name is
 * looked up here, so that nobody else takes the other family.
 *
 * @throws UsageError for what is none.
 */
export async function typedAddress(
  words: readonly string[],
  { invocation, access }: { readonly invocation: Invocation; readonly access: NodeAccess },
): Promise<Address> {
  const address = readAddress(words);
  const order = familyOrder(invocation);
  if (isIP(address.host) || order === undefined) return address;
  const host = await resolveHost(address.host, {
    timeoutMs: access.timeoutMs,
    find: async (name) => (await lookup(name, { order })).address,
  });
  return { host, port: address.port };
}

function readAddress([first = "", second = ""]: readonly string[]): Address {
  const text = first.replace(/@\d+$/, "");
  const isWhole = /:\d+$/.test(text) && !(text.split(":").length > 2 && /^\d+$/.test(second) && isIP(text));
  try {
    return parseAddress(isWhole ? text : `${text}:${second}`);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(
      "[ERR] Invalid arguments: you need to pass either a valid address (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)",
      { code: "bad-address", cause },
    );
  }
}

function familyOrder({ flags }: Invocation): "ipv4first" | "ipv6first" | undefined {
  if (flags.has("ipv6")) return "ipv6first";
  return flags.has("ipv4") ? "ipv4first" : undefined;
}
