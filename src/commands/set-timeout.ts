import { Args, Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags } from "../cli/flags.ts";
import { parseNodeTimeout } from "../cli/parse-node-timeout.ts";
import { planSetTimeout } from "../plan/plan-set-timeout.ts";

export default class SetTimeout extends ClusterCommand {
  static override summary = "Set cluster-node-timeout on every node, and keep it over restarts.";
  static override usage = "<%= command.id %> SEED MILLISECONDS [--unreachable-ok]";
  static override description =
    "After so much silence a node is taken for dead. CONFIG SET on all nodes side by side, then CONFIG REWRITE; nodes that have it already are left alone.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 5000",
    {
      description: "Show which nodes have another value",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 15000 --dry-run",
    },
  ];
  static override args = {
    seed: seedArg,
    milliseconds: Args.string({ description: "From 100 to 86400000.", required: true }),
  };
  static override flags = {
    "unreachable-ok": Flags.boolean({ description: "Go on without the nodes that do not answer." }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SetTimeout);
    const settings = changeSettings(flags, args);
    const wish = {
      timeoutMs: parseNodeTimeout(args.milliseconds),
      unreachableOk: flags["unreachable-ok"],
    };
    using cluster = await this.open(args.seed, flags);
    const plan = planSetTimeout({ topology: await cluster.observe({ settings: true }), wish });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}
