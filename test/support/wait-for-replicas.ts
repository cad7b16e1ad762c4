import { eventually } from "./live-wait.ts";
import type { MoveCluster } from "./move-cluster.ts";

/** Until each primary has exactly one replica, which has all that was written. */
export async function waitForReplicas(cluster: MoveCluster, primaries: number): Promise<void> {
  for (let index = 0; index < primaries; index++) {
    await eventually(
      () => cluster.client(index).info("replication"),
      (info) => {
        const offset = /^master_repl_offset:(\d+)/m.exec(info)?.[1];
        const replicas = [...info.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)];
        return /^connected_slaves:1\r?$/m.test(info) && replicas[0]?.[1] === offset;
      },
      { what: `one replica of ${cluster.address(index)} that has everything` },
    );
  }
}
