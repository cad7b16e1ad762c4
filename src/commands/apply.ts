import { Args, Flags } from "@oclif/core";
import { carryOut } from "../cli/carry-out.ts";
import { applySettings } from "../cli/apply-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { observeForPlan } from "../cli/observe-for-plan.ts";
import { planFileSchemas } from "../cli/saved-schemas.ts";
import { SavedValues } from "../cli/saved-values.ts";
import { seedOfPlan } from "../cli/seed-of-plan.ts";
import { stalePlan } from "../cli/stale-plan.ts";
import { resumePlan } from "../plan/resume-plan.ts";
import { readSavedPlan } from "../saved/saved-plan.ts";
import { describeBasisChange } from "../ui/describe-basis-change.ts";
import { renderAcceptedChanges } from "../ui/render-saved-plan.ts";
import { savedNote } from "../ui/run-notes.ts";

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
    "dry-run": changeFlags["dry-run"],
    yes: changeFlags.yes,
    wait: changeFlags.wait,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    const saved = await readSavedPlan(args.file, planFileSchemas);
    const settings = applySettings(flags, saved.how);
    using cluster = await this.open(seedOfPlan(saved.plan), flags);
    const now = await observeForPlan(cluster, saved.plan);
    const { plan, changes } = resumePlan(saved.plan, now);
    const topologies = [now.topology, saved.plan.basis];
    const described = changes.map((change) => describeBasisChange(change, topologies));
    this.output.knownData = { changes: described };
    if (changes.some(({ matters }) => matters)) {
      throw stalePlan(changes, { topologies, command: saved.plan.command });
    }
    this.output.print(renderAcceptedChanges(changes, { topologies, canvas: this.output.stdout }));
    const values = new SavedValues(flags["save-to"]);
    try {
      await carryOut(plan, {
        cluster,
        output: this.output,
        settings,
        saveValue: (value) => values.save(value),
        alsoInData: { changes: described },
      });
    } finally {
      if (values.count > 0) this.output.say([savedNote(values)]);
    }
  }
}
