import { Args } from "@oclif/core";
import { readPlanFile } from "../cli/read-plan-file.ts";
import { SlotctlCommand } from "../cli/slotctl-command.ts";
import { planJson } from "../ui/json-plan.ts";
import { renderPlan } from "../ui/render-plan.ts";
import { commandOfPlan, renderSavedFacts } from "../ui/render-saved-plan.ts";

export default class Show extends SlotctlCommand {
  static override summary = "Show a saved plan, without asking any node.";
  static override usage = "<%= command.id %> FILE";
  static override description =
    "In the words in which the command showed it that made it, with an estimate of what it takes.";
  static override examples = ["<%= config.bin %> <%= command.id %> plan.json"];
  static override args = {
    file: Args.string({ description: "A plan that --out has saved.", required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Show);
    const { plan, ...saved } = await readPlanFile(args.file);
    const facts = {
      ...saved,
      command: commandOfPlan(plan, saved.wish.args),
      nodeCount: plan.basis.nodes.length,
    };
    this.output.print([
      ...renderPlan(plan, this.output.stdout),
      "",
      ...renderSavedFacts(facts, this.output.stdout),
    ]);
    this.output.succeed({ plan: planJson(plan), ...saved });
  }
}
