import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { parseWeights } from "../cli/parse-weights.ts";
import { UsageError } from "../errors.ts";
import { planRebalance } from "../plan/plan-rebalance.ts";

export default class Rebalance extends ClusterCommand {
  static override summary = "Even slots out between shards with the fewest moves.";
  static override usage = "<%= command.id %> SEED [--weight NODE=W...] [--use-empty] [--threshold PERCENT]";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    {
      description: "Use primaries that have no slots yet, and show the plan only",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --use-empty --dry-run",
    },
    {
      description: "Twice the share for one primary, none for another",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --weight 07c3=2 --weight 10.0.0.3:6379=0",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    weight: Flags.string({
      description:
        "Share of a primary: 1 where none is given, 0 empties it. NODE is an id, 4 or more of its first digits, or host:port.",
      multiple: true,
      helpValue: "NODE=W",
    }),
    "use-empty": Flags.boolean({ description: "Give slots to primaries that have none." }),
    threshold: Flags.string({
      helpValue: "PERCENT",
      description: "Leave shards alone within this many percent.",
      default: "2",
    }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Rebalance);
    const settings = changeSettings(flags, args);
    const thresholdPercent = parsePercent(flags.threshold);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ moving: true });
    const weights = parseWeights(flags.weight ?? [], topology);
    const plan = planRebalance({
      topology,
      wish: { weights, useEmpty: flags["use-empty"], thresholdPercent },
      mover: settings.mover,
    });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() !== "" && percent >= 0 && percent <= 1000) return percent;
  throw new UsageError(`--threshold ${text} is not a number of percent.`, {
    code: "bad-threshold",
    hint: "Write a number from 0 on, such as --threshold 2.",
  });
}
