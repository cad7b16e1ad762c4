import { Args, Flags } from "@oclif/core";
import { applySavedPlan } from "../cli/apply-saved-plan.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterFileCommand, fileArgs, fileFlags } from "../cli/cluster-file-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { readKnownFile } from "../cli/read-known-file.ts";
import { refuseDecided } from "../cli/refuse-decided.ts";

export default class Apply extends ClusterFileCommand {
  static override summary = "Carry out a saved plan, or make the cluster what a file says.";
  static override usage = ["<%= command.id %> PLAN", "<%= command.id %> FILE [SEED]"];
  static override description =
    "Of a saved plan exactly its steps: refuses (exit 5) when the cluster has changed in a way that matters to it, and says what. Of a cluster file the plan that plan FILE shows. A run that was stopped or killed is finished by applying the same file again.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> plan.json",
    {
      description: "See whether it may still be carried out, and what is left of it",
      command: "<%= config.bin %> <%= command.id %> plan.json --dry-run",
    },
    {
      description: "Make the cluster what a file says",
      command: "<%= config.bin %> <%= command.id %> cluster.yaml",
    },
  ];
  static override args = {
    ...fileArgs,
    file: Args.string({
      description: "A plan that --out has saved, or a cluster file (YAML).",
      required: true,
    }),
  };
  static override flags = {
    ...fileFlags,
    ...moveFlags,
    "max-latency": Flags.string({
      helpValue: "MS",
      description: "Go slower while clients of a node have to wait longer; by default as in the plan, or 10.",
    }),
    parallel: Flags.integer({
      helpValue: "N",
      description:
        "How many pairs of nodes may move slots at the same time; by default as in the plan, or 16.",
      min: 1,
    }),
    "save-to": Flags.string({
      helpValue: "FILE",
      description: "File that values which give way in a repair are appended to.",
      default: "slotctl-saved-values.jsonl",
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags, raw } = await this.parse(Apply);
    const { kind, text } = await readKnownFile(args.file);
    if (kind === "cluster-file") {
      const settings = changeSettings(flags, args);
      await this.reachFile({ ...args, text }, { flags, settings });
      return;
    }
    refuseDecided(args, { flags, typed: raw });
    await applySavedPlan(args.file, {
      text,
      flags,
      output: this.output,
      open: (seed) => this.open(seed, flags),
    });
  }
}
