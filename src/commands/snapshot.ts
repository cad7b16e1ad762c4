import { Args, Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { takeSnapshot } from "../cli/take-snapshot.ts";
import { parseSeed } from "../wire/seed.ts";

export default class Snapshot extends ClusterCommand {
  static override summary = "Print all that the nodes report, to plan on elsewhere.";
  static override usage = "<%= command.id %> SEED [NEW...] > FILE";
  static override description =
    "Every command that plans takes the file with --snapshot and asks no node then. It holds no keys, no passwords, and no digests of them.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 > s.json",
    {
      description: "With a node that is to join",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.7:6379 > s.json",
    },
    {
      description: "Then, on any machine",
      command: "<%= config.bin %> rebalance 10.0.0.1:6379 --use-empty --snapshot s.json",
    },
  ];
  static override args = {
    seed: seedArg,
    new_node: Args.string({
      description: "Nodes that are to join, as add-node and create take them.",
      multiple: true,
    }),
  };
  static override flags = {
    deep: Flags.boolean({ description: "Also look for keys in slots that their node does not own." }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Snapshot);
    const given = args.new_node ?? [];
    using cluster = await this.open(args.seed, flags, given);
    const addresses = given.map((text) => parseSeed(text).address);
    const snapshot = await takeSnapshot(cluster, { addresses, deep: flags.deep });
    this.output.printDocument(snapshot);
    this.output.succeed(snapshot);
  }
}
