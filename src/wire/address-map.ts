import { type Address, formatAddress, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";

/**
 * Makes the address map of `--map FROM=TO…`: both sides `host:port`, or both a host for all its ports.
 *
 * @throws UsageError for anything else.
 */
export function addressMap(entries: readonly string[]): (announced: Address) => Address {
  const byAddress = new Map<string, Address>();
  const byHost = new Map<string, string>();
  for (const entry of entries) {
    const [from, to, ...rest] = entry.split("=");
    if (!from || !to || rest.length > 0) throw notAMapping(entry);
    if (hasPort(from) && hasPort(to)) byAddress.set(formatAddress(parseAddress(from)), parseAddress(to));
    else if (!hasPort(from) && !hasPort(to)) byHost.set(bareHost(from), bareHost(to));
    else throw notAMapping(entry);
  }
  return (announced) => {
    const exact = byAddress.get(formatAddress(announced));
    if (exact) return exact;
    const host = byHost.get(announced.host);
    return host === undefined ? announced : { host, port: announced.port };
  };
}

/** `10.0.0.1:6379` and `[::1]:6379` have a port; `10.0.0.1`, `::1` and `[::1]` have none. */
function hasPort(text: string): boolean {
  return /^(\[[^\]]+\]|[^:]+):\d+$/.test(text);
}

function bareHost(text: string): string {
  return text.replace(/^\[(.*)\]$/, "$1");
}

function notAMapping(entry: string): UsageError {
  return new UsageError(`--map ${entry} is not FROM=TO.`, {
    code: "bad-map",
    hint: "Write host:port=host:port for one node, or host=host for all nodes of a host.",
  });
}
