import { formatAddress, parseAddress } from "../cluster/address.ts";
import { SlotctlError } from "../errors.ts";
import type { DataFault } from "./file-fault.ts";

/** A cluster file that its schema lets pass. */
export interface FileData {
  readonly replicas?: number;
  readonly nodes?: readonly FileNode[];
  readonly shards?: readonly FileShard[];
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly places?: { readonly pattern: string };
}

interface FileNode {
  readonly address: string;
  readonly host?: string;
  readonly rack?: string;
  readonly zone?: string;
  readonly weight?: number;
}

interface FileShard {
  readonly name?: string;
  readonly primary?: string;
  readonly nodes: readonly string[];
  readonly share?: number;
}

/** What no schema can say: which keys have to fit each other. */
export function faultsOfData(data: FileData): DataFault[] {
  const addresses = faultsOfAddresses(data);
  if (addresses.length > 0) return addresses;
  return [
    ...faultsOfTwins(data),
    ...faultsOfShards(data),
    ...faultsOfShares(data),
    ...faultsOfPattern(data),
    ...(nodesIn(data) === 0 ? [{ path: [], message: "the file names no node" }] : []),
  ];
}

function nodesIn({ nodes = [], shards = [] }: FileData): number {
  return nodes.length + shards.reduce((sum, shard) => sum + shard.nodes.length, 0);
}

type Named = { readonly path: (string | number)[]; readonly text: string };

function shardNodes({ shards = [] }: FileData): Named[] {
  return shards.flatMap((shard, index) =>
    shard.nodes.map((text, place) => ({ path: ["shards", index, "nodes", place], text })),
  );
}

function listedNodes({ nodes = [] }: FileData): Named[] {
  return nodes.map(({ address }, index) => ({ path: ["nodes", index, "address"], text: address }));
}

function faultsOfAddresses(data: FileData): DataFault[] {
  const primaries = (data.shards ?? []).flatMap(({ primary }, index): Named[] =>
    primary === undefined ? [] : [{ path: ["shards", index, "primary"], text: primary }],
  );
  return [...listedNodes(data), ...shardNodes(data), ...primaries].flatMap(({ path, text }) => {
    try {
      parseAddress(text);
      return [];
    } catch (error) {
      if (!(error instanceof SlotctlError)) throw error;
      return [{ path, message: error.message.replace(/\.$/, "") }];
    }
  });
}

/** No node may stand in the list twice, nor in two shards. */
function faultsOfTwins(data: FileData): DataFault[] {
  return [listedNodes(data), shardNodes(data)].flatMap((named) =>
    [...Map.groupBy(named, ({ text }) => formatAddress(parseAddress(text)))].flatMap(
      ([address, [, ...again]]) =>
        again.map(({ path }) => ({ path, message: `${address} stands here for the second time` })),
    ),
  );
}

function faultsOfShards({ shards = [], replicas }: FileData): DataFault[] {
  return shards.flatMap((shard, index): DataFault[] => {
    const own = new Set(shard.nodes.map((text) => formatAddress(parseAddress(text))));
    const { primary } = shard;
    const isStranger = primary !== undefined && !own.has(formatAddress(parseAddress(primary)));
    const isTooLarge = replicas !== undefined && shard.nodes.length > replicas + 1;
    return [
      ...(isStranger
        ? [{ path: ["shards", index, "primary"], message: `${primary} is not among the nodes of its shard` }]
        : []),
      ...(isTooLarge
        ? [
            {
              path: ["shards", index, "nodes"],
              message: `this shard has ${shard.nodes.length - 1} replicas, and replicas says ${replicas}`,
            },
          ]
        : []),
    ];
  });
}

function faultsOfShares({ shards = [] }: FileData): DataFault[] {
  if (shards.length === 0 || shards.some(({ share }) => share !== 0)) return [];
  return [
    { path: ["shards", 0, "share"], message: "every share is 0, so no shard is left to hold the slots" },
  ];
}

function faultsOfPattern({ places }: FileData): DataFault[] {
  if (!places) return [];
  const path = ["places", "pattern"];
  try {
    // With u, so that a slip is a fault and does not match something else.
    const pattern = new RegExp(places.pattern, "u");
    return /\(\?<(host|rack|zone)>/.test(pattern.source)
      ? []
      : [{ path, message: "the pattern has no group named host, rack or zone, such as (?<zone>[a-z]+)" }];
  } catch (error) {
    return [{ path, message: error instanceof Error ? error.message : String(error) }];
  }
}
