import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { fileFlags } from "../cli/cluster-file-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { placeFlags, placesIn, readPlaceFlags, wishIn } from "../cli/read-places.ts";
import { planPlacement } from "../plan/plan-placement.ts";

export default class Place extends ClusterCommand {
  static override summary = "Keep replicas away from their primary, and primaries from one place.";
  static override usage = "<%= command.id %> SEED [--file FILE | --place-pattern REGEX]";
  static override description =
    "No zone, rack or host is to hold a primary and its replica, or half of the primaries, while that can be had. The cheapest cure is taken: takeovers, then nodes that change shards, then, with --allow-fewer-shards, slots that move. Says what is reached at each level, and why no more.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --dry-run",
    {
      description: "Zones from the first part of the host names",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --place-pattern '^(?<zone>[a-z]+-[0-9][a-z])-'",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    ...placeFlags,
    ...fileFlags,
    "allow-fewer-shards": Flags.boolean({
      description: "Where nothing cheaper helps, shards may give their slots to others and become replicas.",
    }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Place);
    const settings = changeSettings(flags, args);
    const words = await readPlaceFlags(flags);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ moving: true });
    const wish = {
      places: placesIn(topology, words),
      replicas: words.wished?.replicas,
      allowFewerReplicas: flags["allow-fewer-replicas"],
      allowFewerShards: flags["allow-fewer-shards"],
      file: wishIn(topology, words),
    };
    await carryOut(planPlacement({ topology, wish, mover: settings.mover }), {
      cluster,
      output: this.output,
      settings,
    });
  }
}
