import { Args, Flags } from "@oclif/core";
import { applySavedPlan } from "../cli/apply-saved-plan.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { carryFlags, moveFlags } from "../cli/flags.ts";

export default class Apply extends ClusterCommand {
  static override summary = "Carry out a saved plan: exactly its steps.";
  static override usage = "<%= command.id %> FILE";
  static override description =
    "Refuses (exit 5) when the cluster has changed in a way that matters to the plan, and says what. A run that was stopped or killed is finished by applying the same file again.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> plan.json",
    {
      description: "See whether it may still be carried out, and what is left of it",
      command: "<%= config.bin %> <%= command.id %> plan.json --dry-run",
    },
  ];
  static override args = {
    file: Args.string({ description: "A plan that --out has saved.", required: true }),
  };
  static override flags = {
    "max-latency": Flags.string({
      helpValue: "MS",
      description: "Go slower while clients of a node have to wait longer; by default as in the plan.",
    }),
    "max-keys-per-second": moveFlags["max-keys-per-second"],
    parallel: Flags.integer({
      helpValue: "N",
      description: "How many pairs of nodes may move slots at the same time; by default as in the plan.",
      min: 1,
    }),
    survey: moveFlags.survey,
    "save-to": Flags.string({
      helpValue: "FILE",
      description: "File that values which give way in a repair are appended to.",
      default: "slotctl-saved-values.jsonl",
    }),
    ...carryFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    await applySavedPlan(args.file, {
      flags,
      output: this.output,
      open: (seed) => this.open(seed, flags),
    });
  }
}
