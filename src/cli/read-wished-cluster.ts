import { readClusterFile } from "../cluster-file/read-cluster-file.ts";
import type { WishedCluster } from "../plan/wished-cluster.ts";
import { refuseOtherFile } from "./refuse-other-file.ts";

/**
 * What a cluster file wishes for.
 *
 * @param known its text, where it was read already.
 * @throws UsageError when it cannot be read, is another kind of file, or has faults.
 */
export async function readWishedCluster(path: string, known?: string): Promise<WishedCluster> {
  const refuse = (text: string) => refuseOtherFile(path, { text, wanted: "cluster-file" });
  return await readClusterFile(path, { known, refuse });
}
