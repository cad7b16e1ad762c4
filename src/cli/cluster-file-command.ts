import { Args, Flags } from "@oclif/core";
import { readClusterFile } from "../cluster-file/read-cluster-file.ts";
import { formatAddress } from "../cluster/address.ts";
import type { Cluster } from "./cluster.ts";
import { ClusterCommand } from "./cluster-command.ts";
import { type FileLook, lookAtClusterFile } from "./look-at-cluster-file.ts";
import type { AccessFlags } from "./read-access.ts";

/** The arguments of commands that take a cluster file; oclif takes no inherited ones. */
export const fileArgs = {
  file: Args.string({ description: "What the cluster is to be, as a YAML file.", required: true }),
  seed: Args.string({
    description: "Any node of the cluster; left out, it is found among those that the file names.",
  }),
};

/** Flags of commands that plan to what a file says. */
export const fileFlags = {
  "allow-fewer-replicas": Flags.boolean({
    // oclif leaves a flag that is not given undefined.
    default: false,
    description:
      "A replica may leave its shard before another one has taken its place: the shard has fewer replicas for the time.",
  }),
};

/** A file, and the cluster that it is held against. */
export interface OpenedFile extends Disposable {
  readonly cluster: Cluster;
  readonly look: FileLook;
}

/** What commands share that hold a cluster against a file. */
export abstract class ClusterFileCommand extends ClusterCommand {
  /** Opens the cluster and looks at it. The file is read first: nothing is asked while there is a fault in it. */
  protected async openFile(
    { file, seed }: { readonly file: string; readonly seed: string | undefined },
    flags: AccessFlags,
  ): Promise<OpenedFile> {
    const wished = await readClusterFile(file);
    const [first] = wished.nodes;
    const cluster = await this.open(seed ?? (first ? formatAddress(first.address) : ""), flags);
    try {
      const look = await lookAtClusterFile(cluster, { wished, hasSeed: seed !== undefined });
      return { cluster, look, [Symbol.dispose]: () => cluster[Symbol.dispose]() };
    } catch (error) {
      cluster[Symbol.dispose]();
      throw error;
    }
  }
}
