import { Args, Flags } from "@oclif/core";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { findFunctions } from "../cli/find-functions.ts";
import { changeFlags } from "../cli/flags.ts";
import { lookAtNewcomers } from "../cli/look-at-newcomers.ts";
import { findNode } from "../cluster/find-node.ts";
import { UsageError } from "../errors.ts";
import { planAddNode } from "../plan/plan-add-node.ts";
import { parseSeed } from "../wire/seed.ts";

export default class AddNode extends ClusterCommand {
  static override summary = "Join one or several empty nodes to the cluster.";
  static override usage = "<%= command.id %> NEW... SEED [--replica [--primary NODE]]";
  static override description =
    "The last address is the cluster, as with cp. New primaries get the cluster's functions, and no slots: rebalance --use-empty or reshard gives them some.";
  static override examples = [
    {
      description: "A new primary",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.7:6379 10.0.0.1:6379",
    },
    {
      description: "Two replicas for the shards that need them most",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.8:6379 10.0.0.9:6379 10.0.0.1:6379 --replica",
    },
  ];
  static override args = {
    new_and_seed: Args.string({
      description: "The new nodes, and as the last any node of the cluster.",
      required: true,
      multiple: true,
    }),
  };
  static override flags = {
    replica: Flags.boolean({ description: "Join as replicas." }),
    primary: Flags.string({
      helpValue: "NODE",
      description: "Whose replicas they become: an id, 4 or more of its first digits, or host:port.",
      dependsOn: ["replica"],
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AddNode);
    const settings = changeSettings(flags, args);
    const newTexts = args.new_and_seed.slice(0, -1);
    const seedText = args.new_and_seed.at(-1) ?? "";
    if (newTexts.length === 0) throw tooFewAddresses();
    using cluster = await this.open(seedText, flags, newTexts);
    const addresses = newTexts.map((text) => parseSeed(text).address);
    const [topology, { views: newcomers, meetAddresses }] = await Promise.all([
      cluster.observe(),
      lookAtNewcomers(cluster, addresses),
    ]);
    const found = flags.replica
      ? { functions: new Set<string>() }
      : await findFunctions(cluster, { topology, newcomers });
    const wish = {
      replica: flags.replica,
      ...(flags.primary === undefined ? {} : { primaryId: findNode(topology, flags.primary).id }),
    };
    const plan = planAddNode({ topology, newcomers, wish, meetAddresses, ...found });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}

function tooFewAddresses(): UsageError {
  return new UsageError("add-node needs a new node and a node of the cluster.", {
    code: "usage",
    hint: "slotctl add-node NEW… SEED: the last address is the cluster.",
  });
}
