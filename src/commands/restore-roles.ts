import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags } from "../cli/flags.ts";
import { placeFlags, placesIn, readPlaceFlags, wishIn } from "../cli/read-places.ts";
import { planRestoreRoles } from "../plan/plan-restore-roles.ts";

export default class RestoreRoles extends ClusterCommand {
  static override summary = "Put primaries back where they should be.";
  static override usage = "<%= command.id %> SEED [--file FILE]";
  static override description =
    "With a cluster file that names primaries these take over; else primaries are made as even over zones, racks and hosts as can be, with the fewest takeovers. One after the other, and no acknowledged write is lost.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --file cluster.yaml",
  ];
  static override args = { seed: seedArg };
  static override flags = { ...placeFlags, ...changeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RestoreRoles);
    const settings = changeSettings(flags, args);
    const words = await readPlaceFlags(flags);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe();
    const named = wishIn(topology, words)?.shards.flatMap(({ primaryId }) => primaryId ?? []) ?? [];
    const wish = {
      places: placesIn(topology, words),
      // A file that names hosts and zones only leaves the choice to the spread.
      primaryIds: named.length > 0 ? named : undefined,
    };
    await carryOut(planRestoreRoles({ topology, wish }), { cluster, output: this.output, settings });
  }
}
