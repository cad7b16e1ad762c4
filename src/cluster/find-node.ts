import { UsageError } from "../errors.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { listNames, shortId } from "./node-name.ts";
import type { ClusterNode, Topology } from "./topology.ts";

/** Shorter prefixes are too easily right by accident. */
const PREFIX_LENGTH_MIN = 4;
const CANDIDATES_WIDTH_MAX = 300;

/**
 * The node that a NODE argument names: an id, a unique prefix of one, or an address.
 *
 * @throws UsageError with the candidates when there is none or more than one.
 */
export function findNode(topology: Topology, text: string): ClusterNode {
  const matches = topology.nodes.filter((node) => isNamedBy(node, text));
  const exact = matches.find((node) => node.id === text);
  const [only] = exact ? [exact] : matches;
  if (only && (exact || matches.length === 1)) return only;
  throw matches.length > 1
    ? new UsageError(`"${text}" names ${matches.length} nodes: ${listed(matches)}.`, {
        code: "ambiguous-node",
        hint: "Give more digits of the id, or the address.",
      })
    : new UsageError(`No node of the cluster is "${text}".`, {
        code: "unknown-node",
        hint: `A NODE is an id, ${PREFIX_LENGTH_MIN} or more of its first digits, or host:port. There are: ${listed(topology.nodes)}.`,
      });
}

function isNamedBy(node: ClusterNode, text: string): boolean {
  if (/^[0-9a-f]+$/i.test(text)) {
    return text.length >= PREFIX_LENGTH_MIN && node.id.startsWith(text.toLowerCase());
  }
  if (!/:\d+$/.test(text)) return false;
  const { host, port } = parseAddress(text);
  const hosts = [node.address, node.announced].flatMap((address) =>
    address?.port === port ? [address.host] : [],
  );
  const named = node.hostname !== undefined && node.announced?.port === port ? [node.hostname] : [];
  return [...hosts, ...named].includes(host);
}

function listed(nodes: readonly ClusterNode[]): string {
  const names = nodes.map(
    ({ id, address }) => `${address ? formatAddress(address) : "no address"} ${shortId(id)}`,
  );
  return listNames(names, CANDIDATES_WIDTH_MAX);
}
