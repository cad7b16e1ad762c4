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
   * Opens the cluster that a SEED argument names.
   *
   * @param alsoIn other address arguments, in which credentials may stand as well.
   */
  protected async open(
    seedText: string,
    flags: AccessFlags,
    alsoIn: readonly string[] = [],
  ): Promise<Cluster> {
    const seeds = [seedText, ...alsoIn].map(parseSeed);
    for (const seed of seeds) this.output.protect(seed.password);
    const access = await readAccess(flags, { seeds, output: this.output });
    return new Cluster(parseSeed(seedText).address, access);
  }
}
