import { Args, Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { findNode } from "../cluster/find-node.ts";
import { planDelNode } from "../plan/plan-del-node.ts";

export default class DelNode extends ClusterCommand {
  static override summary = "Remove nodes from the cluster, dead ones too.";
  static override usage = "<%= command.id %> SEED NODE... [--drain] [--keep]";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.9:6379",
    {
      description: "A primary with slots: move them to the others first",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 07c3 --drain",
    },
  ];
  static override args = {
    seed: seedArg,
    node: Args.string({
      description: "A node to remove: an id, 4 or more of its first digits, or host:port.",
      required: true,
      multiple: true,
    }),
  };
  static override flags = {
    drain: Flags.boolean({ description: "First move the slots of these nodes to the others." }),
    keep: Flags.boolean({ description: "Do not reset the removed nodes." }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DelNode);
    const settings = changeSettings(flags, args);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ moving: true });
    const nodeIds = args.node.map((node) => findNode(topology, node).id);
    const plan = planDelNode({
      topology,
      wish: { nodeIds, drain: flags.drain, keep: flags.keep },
      mover: settings.mover,
    });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}
