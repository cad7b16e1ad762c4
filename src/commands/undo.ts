import { Args } from "@oclif/core";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { observeForPlan } from "../cli/observe-for-plan.ts";
import { readPlanFile } from "../cli/read-plan-file.ts";
import { seedOfPlan } from "../cli/seed-of-plan.ts";
import { planUndo } from "../plan/plan-undo.ts";

export default class Undo extends ClusterCommand {
  static override summary = "Go back to the slots and roles that a saved plan was made on.";
  static override usage = "<%= command.id %> FILE";
  static override description =
    "Plans the way back from what the nodes report now, as far as there is one; notes say what stays. What others have changed since is left alone.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> plan.json",
    {
      description: "Have it approved like any other change",
      command: "<%= config.bin %> <%= command.id %> plan.json --out undo.json",
    },
  ];
  static override args = {
    file: Args.string({ description: "A plan that was applied, as a whole or in part.", required: true }),
  };
  static override flags = { ...moveFlags, ...changeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Undo);
    const settings = changeSettings(flags, args);
    const { plan: saved } = await readPlanFile(args.file);
    using cluster = await this.open(seedOfPlan(saved), flags);
    const { topology } = await observeForPlan(cluster, saved);
    const plan = planUndo({ saved, topology, mover: settings.mover });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}
