import type { Topology } from "../cluster/topology.ts";
import { infoLines } from "./node-lines.ts";
import { openCluster, type Session, seedName } from "./session.ts";
import type { Teller } from "./teller.ts";
import { tellCheck, tellUnreached } from "./tell-check.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** info h:p */
export async function info(session: Session): Promise<boolean> {
  using cluster = await openCluster(session);
  const topology = await cluster.observe();
  tellInfo(topology, { teller: session.teller, first: seedName(cluster) });
  // redis-cli ends with 0 although the keys of a primary are missing from the sum.
  return tellUnreached(topology, session.teller);
}

/** check h:p [--cluster-search-multiple-owners] */
export async function check(session: Session): Promise<boolean> {
  using cluster = await openCluster(session);
  const searchOwners = session.invocation.flags.has("search-owners");
  const topology = await cluster.observe({ deep: searchOwners });
  const telling = { teller: session.teller, first: seedName(cluster) };
  tellInfo(topology, telling);
  return tellCheck(topology, { ...telling, searchOwners });
}

export function tellInfo(topology: Topology, { teller, first }: { teller: Teller; first: string }): void {
  const { lines, total, average } = infoLines(topology, { first, words: vocabularyOf(topology) });
  teller.lines(lines);
  teller.ok(total);
  teller.line(average);
}
