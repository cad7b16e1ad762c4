import { Args } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { findNodesOrHost } from "../cli/find-nodes-or-host.ts";
import { changeFlags } from "../cli/flags.ts";
import { placeFlags, placesIn, readPlaceFlags } from "../cli/read-places.ts";
import { planDrain } from "../plan/plan-drain.ts";

export default class Drain extends ClusterCommand {
  static override summary = "Make hosts or nodes free of primaries.";
  static override usage = "<%= command.id %> SEED HOST-or-NODE...";
  static override description =
    "The best replica elsewhere takes each shard over, one after the other; each takeover is complete, its replicas linked, before the next one begins. No acknowledged write is lost. restore-roles puts the primaries back.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.7",
    {
      description: "Two nodes of a host that has more",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.7:6379 10.0.0.7:6380",
    },
  ];
  static override args = {
    seed: seedArg,
    host_or_node: Args.string({
      description: "A host, or a node: an id, 4 or more of its first digits, or host:port.",
      required: true,
      multiple: true,
    }),
  };
  static override flags = { ...placeFlags, ...changeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Drain);
    const settings = changeSettings(flags, args);
    const words = await readPlaceFlags(flags);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe();
    const places = placesIn(topology, words);
    const drained = args.host_or_node.flatMap((text) => findNodesOrHost(topology, { text, places }));
    const drainedIds = new Set(drained.map(({ id }) => id));
    await carryOut(planDrain({ topology, drainedIds, places }), { cluster, output: this.output, settings });
  }
}
