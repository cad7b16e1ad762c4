import { formatAddress } from "../cluster/address.ts";
import { type LocalCluster, LOCAL_HOST } from "../local/local-cluster.ts";
import type { LocalLook } from "../local/look-at-local.ts";
import type { ShownLocal } from "../ui/json-local.ts";

/** A cluster as it was just started. */
export function showStarted(cluster: LocalCluster): ShownLocal {
  return show(cluster, (index) => cluster.nodes[index]?.process?.pid);
}

/** A cluster as it runs now. */
export function showLook({ cluster, nodes }: LocalLook): ShownLocal {
  return show(cluster, (index) => nodes[index]?.process?.pid);
}

function show(cluster: LocalCluster, pidOf: (index: number) => number | undefined): ShownLocal {
  const { name, directory, serverPath, engine, version } = cluster;
  const nodes = cluster.nodes.map((node, index) => ({
    address: formatAddress({ host: LOCAL_HOST, port: node.port }),
    directory: node.directory,
    pid: pidOf(index),
  }));
  return { name, directory, serverPath, engine, version, nodes };
}
