import { Args, Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags } from "../cli/flags.ts";
import { findNode } from "../cluster/find-node.ts";
import { planFailover } from "../plan/plan-failover.ts";

export default class Failover extends ClusterCommand {
  static override summary = "Make a replica the primary of its shard.";
  static override usage = "<%= command.id %> SEED NODE [--force | --takeover]";
  static override description =
    "Waits until every node agrees. Without --force or --takeover no acknowledged write is lost: the primary stops taking writes until the replica has them all.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 10.0.0.5:6379",
    {
      description: "When the primary is dead",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 07c3 --force",
    },
  ];
  static override args = {
    seed: seedArg,
    node: Args.string({
      description: "The replica: an id, 4 or more of its first digits, or host:port.",
      required: true,
    }),
  };
  static override flags = {
    force: Flags.boolean({
      description: "Without the primary's consent: writes it has not sent yet are lost.",
      exclusive: ["takeover"],
    }),
    takeover: Flags.boolean({
      description:
        "Without a vote of the other primaries too: two primaries may own the same slots for a while.",
      exclusive: ["force"],
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Failover);
    const settings = changeSettings(flags, args);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe();
    const mode = flags.takeover ? "takeover" : flags.force ? "force" : "graceful";
    const plan = planFailover({ topology, wish: { replicaId: findNode(topology, args.node).id, mode } });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}
