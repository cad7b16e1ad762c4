import { type Address, BUS_PORT_OFFSET } from "./address.ts";
import type { NodeLine, OpenSlot } from "./node-line.ts";
import { type SlotRange, SlotSet } from "./slot-set.ts";

export interface ParsedNodes {
  readonly self: NodeLine;
  readonly others: readonly NodeLine[];
}

/**
 * Reads the reply of CLUSTER NODES, of Redis 4 to 8 and Valkey 7 to 9.
 *
 * @throws Error when a line is not understood or no line is the node's own: then it is not a cluster node.
 */
export function parseNodes(text: string): ParsedNodes {
  const others: NodeLine[] = [];
  let self: NodeLine | undefined;
  for (const row of text.split("\n")) {
    if (row.trim() === "") continue;
    const { line, isSelf } = parseLine(row.trim());
    if (isSelf) self = line;
    else others.push(line);
  }
  if (!self) throw new Error("CLUSTER NODES has no line of the node itself");
  return { self, others };
}

function parseLine(row: string): { line: NodeLine; isSelf: boolean } {
  const [id, place, flagList, primary, , , epoch, link, ...owned] = row.split(" ");
  if (!id || !place || !flagList || !primary || epoch === undefined || link === undefined) {
    throw new Error(`a line of CLUSTER NODES is not understood: ${row}`);
  }
  const flags = flagList.split(",").filter((flag) => flag !== "noflags");
  const isReplica = flags.includes("slave") || flags.includes("replica");
  return {
    isSelf: flags.includes("myself"),
    line: {
      id,
      ...parsePlace(place),
      flags: flags.filter((flag) => !["myself", "master", "slave", "primary", "replica"].includes(flag)),
      role: isReplica ? "replica" : "primary",
      primaryId: isReplica && primary !== "-" ? primary : undefined,
      configEpoch: Number(epoch),
      linkUp: link === "connected",
      ...parseOwned(owned),
    },
  };
}

/** `ip:port@bus`, since 7.0 with `,hostname` behind it, since 7.2 with `,shard-id=…` behind that. */
function parsePlace(place: string): Pick<NodeLine, "address" | "busPort" | "hostname"> {
  const [endpoint = "", ...extras] = place.split(",");
  const [client = "", bus] = endpoint.split("@");
  const colon = client.lastIndexOf(":");
  const host = client.slice(0, colon);
  const port = Number(client.slice(colon + 1));
  const hostname = extras.find((extra) => extra !== "" && extra !== "?" && !extra.includes("="));
  const address: Address | undefined =
    port === 0 || (host === "" && !hostname) ? undefined : { host: host || (hostname ?? ""), port };
  return { address, busPort: bus === undefined ? port + BUS_PORT_OFFSET : Number(bus), hostname };
}

/** `0-5460 6000 [93-<-id] [77->-id]`: slots owned, importing from, migrating to. */
function parseOwned(words: readonly string[]): Pick<NodeLine, "slots" | "openSlots"> {
  const ranges: SlotRange[] = [];
  const openSlots: OpenSlot[] = [];
  for (const word of words) {
    const open = /^\[(\d+)-([<>])-(\w+)\]$/.exec(word);
    if (open) {
      const direction = open[2] === "<" ? "importing" : "migrating";
      openSlots.push({ slot: Number(open[1]), direction, peerId: open[3] ?? "" });
      continue;
    }
    const [first, last = first] = word.split("-").map(Number);
    if (first === undefined || last === undefined || !Number.isInteger(first) || !Number.isInteger(last)) {
      throw new Error(`slots in CLUSTER NODES are not understood: ${word}`);
    }
    ranges.push({ first, last });
  }
  return { slots: SlotSet.ofRanges(ranges), openSlots };
}
