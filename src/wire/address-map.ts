import { type Address, formatAddress, parseAddress, sameAddress } from "../cluster/address.ts";
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
    if (hasPort(from) && hasPort(to)) {
      const announced = formatAddress(parseAddress(from));
      const reached = parseAddress(to);
      refuseSecond(byAddress.get(announced), { reached, entry, formatted: formatAddress });
      refuseShared([...byAddress], { announced, reached });
      byAddress.set(announced, reached);
    } else if (!hasPort(from) && !hasPort(to)) {
      refuseSecond(byHost.get(bareHost(from)), { reached: bareHost(to), entry, formatted: String });
      byHost.set(bareHost(from), bareHost(to));
    } else throw notAMapping(entry);
  }
  return (announced) => {
    const exact = byAddress.get(formatAddress(announced));
    if (exact) return exact;
    const host = byHost.get(announced.host);
    return host === undefined ? announced : { host, port: announced.port };
  };
}

function refuseSecond<Reached>(
  before: Reached | undefined,
  { reached, entry, formatted }: { reached: Reached; entry: string; formatted: (reached: Reached) => string },
): void {
  if (before === undefined || formatted(before) === formatted(reached)) return;
  throw new UsageError(`--map ${entry} contradicts another --map, which leads to ${formatted(before)}.`, {
    code: "bad-map",
    hint: "Give one way to each node.",
  });
}

/** Two nodes cannot be behind one address: what is meant for one would be told to the other. */
function refuseShared(
  known: readonly (readonly [string, Address])[],
  { announced, reached }: { announced: string; reached: Address },
): void {
  const other = known.find(([from, to]) => from !== announced && sameAddress(to, reached));
  if (!other) return;
  throw new UsageError(
    `--map leads both ${other[0]} and ${announced} to ${formatAddress(reached)}, where only one node can be.`,
    { code: "bad-map", hint: "Give each node the address that leads to it from here." },
  );
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
