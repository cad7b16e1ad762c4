import { Args, Flags } from "@oclif/core";
import { formatAddress } from "../cluster/address.ts";
import { carryOut } from "./carry-out.ts";
import type { ChangeSettings } from "./change-settings.ts";
import type { Cluster } from "./cluster.ts";
import { ClusterCommand } from "./cluster-command.ts";
import { type FileLook, lookAtClusterFile, planFile } from "./look-at-cluster-file.ts";
import type { AccessFlags } from "./read-access.ts";
import { readWishedCluster } from "./read-wished-cluster.ts";

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

interface FileArgs {
  readonly file: string;
  /** What the file holds, where it was read already. */
  readonly text?: string;
  readonly seed: string | undefined;
}

type OpenFlags = AccessFlags & { readonly snapshot?: string | undefined };
type FileFlags = OpenFlags & { readonly "allow-fewer-replicas": boolean };

/** A file, and the cluster that it is held against. */
export interface OpenedFile extends Disposable {
  readonly cluster: Cluster;
  readonly look: FileLook;
}

/** What commands share that hold a cluster against a file. */
export abstract class ClusterFileCommand extends ClusterCommand {
  /** Plans to what the file says, and carries that out as far as the settings let it. */
  protected async reachFile(
    args: FileArgs,
    { flags, settings }: { readonly flags: FileFlags; readonly settings: ChangeSettings },
  ): Promise<void> {
    using opened = await this.openFile(args, flags);
    const { cluster, look } = opened;
    const plan = await planFile(cluster, look, {
      mover: settings.mover,
      allowFewerReplicas: flags["allow-fewer-replicas"],
    });
    await carryOut(plan, { cluster, output: this.output, settings });
  }

  /** Opens the cluster and looks at it. The file is read first: nothing is asked while there is a fault in it. */
  protected async openFile({ file, text, seed }: FileArgs, flags: OpenFlags): Promise<OpenedFile> {
    const wished = await readWishedCluster(file, text);
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
