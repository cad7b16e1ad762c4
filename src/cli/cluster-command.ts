import type { Address } from "../cluster/address.ts";
import { accessFlags, outputFlags } from "./flags.ts";
import type { AccessFlags } from "./read-access.ts";
import { readAccess } from "./read-access.ts";
import { Cluster } from "./cluster.ts";
import { parseSeed } from "../wire/seed.ts";
import { SlotctlCommand } from "./slotctl-command.ts";

/** What every command that talks to a cluster has. */
export abstract class ClusterCommand extends SlotctlCommand {
  static override baseFlags = { ...outputFlags, ...accessFlags };

  /**
   * Opens the cluster that a SEED argument names, or what a snapshot has of it.
   *
   * @param alsoIn other address arguments, in which credentials may stand as well.
   */
  protected async open(
    seedText: string,
    flags: AccessFlags & { readonly snapshot?: string | undefined },
    alsoIn: readonly string[] = [],
  ): Promise<Cluster> {
    const seeds = [seedText, ...alsoIn].map(parseSeed);
    for (const seed of seeds) this.output.protect(seed.password);
    if (flags.snapshot !== undefined) return await openSnapshot(parseSeed(seedText).address, flags.snapshot);
    const access = await readAccess(flags, { seeds, output: this.output });
    return new Cluster(parseSeed(seedText).address, access);
  }
}

async function openSnapshot(seed: Address, file: string): Promise<Cluster> {
  const [{ SnapshotCluster }, { readSnapshot }, { snapshotSchemas }, { refuseOtherFile }] = await Promise.all(
    [
      import("./snapshot-cluster.ts"),
      import("../saved/snapshot.ts"),
      import("./saved-schemas.ts"),
      import("./refuse-other-file.ts"),
    ],
  );
  const refuse = (text: string) => refuseOtherFile(file, { text, wanted: "snapshot" });
  return new SnapshotCluster(seed, await readSnapshot(file, { schemas: snapshotSchemas, refuse }));
}
