import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { formatAddress } from "../cluster/address.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { leftByFix, planFix } from "../plan/plan-fix.ts";
import { describeProblem } from "../ui/describe-problem.ts";
import { problemJson } from "../ui/json-check.ts";
import { renderLeft } from "../ui/render-problems.ts";

export default class Fix extends ClusterCommand {
  static override summary = "Repair what moves that were broken off have left.";
  static override usage = "<%= command.id %> SEED [--slots SLOTS]";
  static override description =
    "Finishes moves of open slots and waits for atomic migrations that go on in the servers. Other problems are named and left as they are: check says what to do about each.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    {
      description: "Show what would be done about two slots",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --slots 5461,5470 --dry-run",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    slots: Flags.string({ helpValue: "SLOTS", description: "Only these slots: 0-100,200." }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Fix);
    const settings = changeSettings(flags);
    const slots = flags.slots === undefined ? undefined : parseSlots(flags.slots);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ settings: true, moving: true });
    const plan = planFix({ topology, wish: { slots } });
    const seed = formatAddress(cluster.seed);
    const left = leftByFix(plan, findProblems(topology)).map((problem) =>
      describeProblem(problem, { seed, topology }),
    );
    this.output.print(renderLeft(left, this.output.stdout));
    await carryOut(plan, {
      cluster,
      output: this.output,
      settings,
      alsoInData: { left: left.map(problemJson) },
    });
  }
}
