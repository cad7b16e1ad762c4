import { Args, Flags } from "@oclif/core";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags } from "../cli/flags.ts";
import { lookAtNewcomers } from "../cli/look-at-newcomers.ts";
import { planCreate } from "../plan/plan-create.ts";
import { parseSeed } from "../wire/seed.ts";

export default class Create extends ClusterCommand {
  static override summary = "Form a cluster of empty nodes.";
  static override usage = "<%= command.id %> NODE_ADDRESS... [--replicas N]";
  static override description =
    "Splits the slots, keeps replicas away from their primary's host, and returns when every node reports ok, all views agree and every replica's link is up. Run again, it finishes what an earlier run left half done.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.2:6379 10.0.0.3:6379",
    {
      description: "Six nodes, three primaries with a replica each",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.2:6379 10.0.0.3:6379 10.0.0.4:6379 10.0.0.5:6379 10.0.0.6:6379 --replicas 1",
    },
  ];
  static override args = {
    node_address: Args.string({
      description: "Every node of the cluster-to-be, as host:port, [ipv6]:port, redis:// or rediss://.",
      required: true,
      multiple: true,
    }),
  };
  static override flags = {
    replicas: Flags.integer({
      helpValue: "N",
      description: "Replicas for each primary.",
      default: 0,
      // oclif leaves a default of 0 out.
      defaultHelp: async () => "0",
      min: 0,
    }),
    "allow-few-primaries": Flags.boolean({
      description:
        "Allow one or two primaries: no majority is left when one fails, so nothing fails over by itself.",
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Create);
    const settings = changeSettings(flags, args);
    const [first = "", ...others] = args.node_address;
    using cluster = await this.open(first, flags, others);
    const addresses = args.node_address.map((text) => parseSeed(text).address);
    const { views, meetAddresses } = await lookAtNewcomers(cluster, addresses);
    const wish = { replicasPerPrimary: flags.replicas, allowFewPrimaries: flags["allow-few-primaries"] };
    await carryOut(planCreate({ views, wish, meetAddresses }), { cluster, output: this.output, settings });
  }
}
