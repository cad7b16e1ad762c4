import { formatAddress } from "../cluster/address.ts";
import type { WishedCluster, WishedNode } from "../plan/wished-cluster.ts";
import schema from "./schema.json" with { type: "json" };

/** The settings that a file may have. */
export const FILE_SETTINGS: readonly string[] = Object.keys(schema.properties.settings.properties);

/** The JSON Schema of cluster files, for editors. */
export const FILE_SCHEMA: object = schema;

/** The file of a cluster as data: what stands in it, in its order. */
export function clusterFileData({ replicas, nodes, shards, settings }: WishedCluster): object {
  // What a shard says of a node is enough where no more is known.
  const described = nodes.map(nodeData).filter((node) => Object.keys(node).length > 1);
  return {
    version: 1,
    ...(replicas === undefined ? {} : { replicas }),
    ...(described.length > 0 ? { nodes: described } : {}),
    shards: shards.map(({ name, primary, nodes: own, share }) => ({
      name,
      ...(primary ? { primary: formatAddress(primary) } : {}),
      nodes: own.map(formatAddress),
      ...(share === undefined ? {} : { share }),
    })),
    ...(settings.size > 0
      ? { settings: Object.fromEntries([...settings].map(([name, value]) => [name, readable(name, value)])) }
      : {}),
  };
}

/** The text of a file. */
export async function writeClusterFile(cluster: WishedCluster): Promise<string> {
  const { Document } = await import("yaml");
  const document = new Document(clusterFileData(cluster));
  document.commentBefore = HEADER;
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

const HEADER = [
  " A cluster as slotctl found it. Change it, then look at what that would do:",
  "   slotctl plan cluster.yaml",
  " docs/cluster-file.md has every key; slotctl export --schema prints a JSON Schema for editors.",
].join("\n");

function nodeData({ address, place, weight }: WishedNode): object {
  const places = Object.entries({ host: place.host, rack: place.rack, zone: place.zone });
  return {
    address: formatAddress(address),
    ...Object.fromEntries(places.filter(([, value]) => value !== undefined)),
    ...(weight === 1 ? {} : { weight }),
  };
}

/** A number where the schema wants one. */
function readable(name: string, value: string): string | number {
  const isText = name === "save" || !/^\d+$/.test(value);
  return isText || !Number.isSafeInteger(Number(value)) ? value : Number(value);
}
