import { formatAddress, parseAddress } from "../cluster/address.ts";
import type { WishedCluster, WishedNode } from "../plan/wished-cluster.ts";
import type { FileData } from "./faults-of-data.ts";

/** The file in the words of the planner; nothing is wrong with it. */
export function wishOfFile({
  replicas,
  nodes = [],
  shards = [],
  settings = {},
  places,
}: FileData): WishedCluster {
  const listed = nodes.map(({ address, weight = 1, host, rack, zone }): WishedNode => ({
    address: parseAddress(address),
    place: { host, rack, zone },
    weight,
  }));
  const known = new Set(listed.map(({ address }) => formatAddress(address)));
  const others = shards
    .flatMap((shard) => shard.nodes.map(parseAddress))
    .filter((address) => !known.has(formatAddress(address)))
    .map((address): WishedNode => ({ address, place: {}, weight: 1 }));
  return {
    replicas,
    nodes: [...listed, ...others],
    shards: shards.map(({ name, primary, nodes: own, share }, index) => ({
      name: name ?? `unnamed shard ${index + 1}`,
      primary: primary === undefined ? undefined : parseAddress(primary),
      nodes: own.map(parseAddress),
      share,
    })),
    settings: new Map(Object.entries(settings).map(([name, value]) => [name, spelled(name, value)])),
    placePattern: places && new RegExp(places.pattern, "u"),
  };
}

const BYTE_SETTINGS: ReadonlySet<string> = new Set(["maxmemory", "repl-backlog-size", "proto-max-bulk-len"]);

/** As the server spells it: it tells bytes as a number, whatever unit it was given. */
function spelled(name: string, value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  const [, digits = "", unit = ""] = /^(\d+)([kmg]b?)?$/i.exec(String(value)) ?? [];
  if (!BYTE_SETTINGS.has(name) || digits === "") return String(value);
  return String(BigInt(digits) * (UNITS[unit.toLowerCase()] ?? 1n));
}

/** As in the servers' config files: k is a thousand and kb is 1024. */
const UNITS: Readonly<Record<string, bigint>> = {
  k: 1000n,
  kb: 1024n,
  m: 1_000_000n,
  mb: 1_048_576n,
  g: 1_000_000_000n,
  gb: 1_073_741_824n,
};
