import { isGhost, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { MatchedFile } from "./match-cluster-file.ts";

/**
 * One mistyped address is enough for a file to lead to a cluster that nobody means: its nodes would be emptied and
 * reset. So a file that keeps less than half of a cluster is taken for that one's only if a SEED says so.
 *
 * @param cluster as it was found from the file's nodes, without a SEED.
 * @throws Refused with code `cluster-not-meant`.
 */
export function refuseUnmeantCluster({ wish }: Pick<MatchedFile, "wish">, cluster: Topology): void {
  const named = new Set(wish.nodes.map(({ id }) => id));
  const members = cluster.nodes.filter((node) => !isGhost(node));
  const leaving = members.filter(({ id }) => !named.has(id));
  if (leaving.length * 2 <= members.length) return;
  throw new Refused(
    `${leaving.length} of the ${members.length} nodes of the cluster that the file's nodes lead to are not in the file: they would be emptied, reset and removed. Nothing was changed.`,
    {
      code: "cluster-not-meant",
      hint: "Look whether an address in the file belongs to another cluster. If this one is meant, name one of its nodes behind the file: slotctl plan FILE SEED",
    },
  );
}
