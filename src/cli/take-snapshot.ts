import { type Address, formatAddress } from "../cluster/address.ts";
import { joinViews } from "../cluster/join-views.ts";
import { recordTopology } from "../cluster/topology-record.ts";
import { findFunctions } from "./find-functions.ts";
import type { Cluster } from "./cluster.ts";
import { lookAtNewcomers } from "./look-at-newcomers.ts";
import { programName } from "./program-name.ts";

/** All that planners ask nodes for, as a document. */
export async function takeSnapshot(
  cluster: Cluster,
  { addresses, deep }: { readonly addresses: readonly Address[]; readonly deep: boolean },
) {
  const [topology, { views: newcomers }] = await Promise.all([
    cluster.observe({ settings: true, moving: true, repair: true, deep }),
    lookAtNewcomers(cluster, addresses),
  ]);
  const { functions, functionSource } = await findFunctions(cluster, { topology, newcomers });
  return {
    $schema: "urn:slotctl:schema:snapshot:1",
    kind: "slotctl-snapshot",
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    createdBy: programName(),
    seed: formatAddress(cluster.seed),
    views: recordTopology(topology),
    asides: newcomers.map((view) => recordTopology(joinViews([{ address: view.address, view }]))),
    functionsAt: [...functions, ...(functionSource ? [functionSource.id] : [])],
  } as const;
}
