import { Flags } from "@oclif/core";
import type { Place, Places } from "../cluster/place.ts";
import { placeOf } from "../cluster/place-of.ts";
import { isGhost, type Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import { matchClusterFile } from "../plan/match-cluster-file.ts";
import type { ClusterWish, WishedCluster } from "../plan/wished-cluster.ts";
import { readWishedCluster } from "./read-wished-cluster.ts";

/** Flags of commands that care for where nodes run. */
export const placeFlags = {
  file: Flags.string({
    helpValue: "FILE",
    description: "A cluster file that names hosts, racks and zones of nodes.",
  }),
  "place-pattern": Flags.string({
    helpValue: "REGEX",
    description: "Read them from host names: a regular expression with groups named host, rack or zone.",
  }),
};

/** What the flags say of where nodes run; read before a node is asked anything. */
export interface PlaceWords {
  readonly wished: WishedCluster | undefined;
  readonly pattern: RegExp | undefined;
}

/**
 * @throws UsageError for a pattern that is none, or that reads nothing; what `readWishedCluster` throws.
 */
export async function readPlaceFlags(flags: {
  readonly file?: string | undefined;
  readonly "place-pattern"?: string | undefined;
}): Promise<PlaceWords> {
  const text = flags["place-pattern"];
  const pattern = text === undefined ? undefined : parsePattern(text);
  const wished = flags.file === undefined ? undefined : await readWishedCluster(flags.file);
  return { wished, pattern: pattern ?? wished?.placePattern };
}

function parsePattern(text: string): RegExp {
  const hint = "For hosts such as eu-1a-db7: --place-pattern '^(?<zone>[a-z]+-[0-9][a-z])-'";
  try {
    const pattern = new RegExp(text, "u");
    if (/\(\?<(host|rack|zone)>/.test(text)) return pattern;
  } catch {
    throw new UsageError(`--place-pattern ${text} is no regular expression.`, { code: "usage", hint });
  }
  throw new UsageError(`--place-pattern ${text} has no group named host, rack or zone.`, {
    code: "usage",
    hint,
  });
}

/** The file with the ids of the nodes, where one is given. */
export function wishIn(topology: Topology, { wished, pattern }: PlaceWords): ClusterWish | undefined {
  // By address alone: the cluster was looked at already.
  const looks = (wished?.nodes ?? []).map(({ address }) => ({
    address,
    unreached: { state: "unreachable", detail: "" } as const,
  }));
  // A pattern of the command line stands in for the file's.
  const told = wished && { ...wished, placePattern: pattern };
  return told && matchClusterFile({ wished: told, looks, cluster: topology }).wish;
}

/** Where each node runs, as far as it is told, read from its host name, or reported by the servers. */
export function placesIn(topology: Topology, words: PlaceWords): Places {
  const told = new Map<string, Place>(
    (wishIn(topology, words)?.nodes ?? []).map(({ id, place }) => [id, place]),
  );
  return new Map(
    topology.nodes
      .filter((node) => !isGhost(node))
      .map((node) => [node.id, placeOf(node, { told: told.get(node.id), pattern: words.pattern })]),
  );
}
