import { Flags } from "@oclif/core";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterFileCommand, fileArgs, fileFlags } from "../cli/cluster-file-command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { moveFlags } from "../cli/flags.ts";
import { planFile } from "../cli/look-at-cluster-file.ts";

export default class Plan extends ClusterFileCommand {
  static override summary = "Show what would make the cluster what a file says.";
  static override usage = "<%= command.id %> FILE [SEED] [--exit-code]";
  static override description =
    "Compares the file with the cluster and shows one plan: form it, add and remove nodes, change roles, move slots, set settings. Changes nothing; apply carries it out.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> cluster.yaml",
    {
      description: "In a pipeline: 3 when there is something to do",
      command: "<%= config.bin %> <%= command.id %> cluster.yaml --exit-code --json",
    },
  ];
  static override args = fileArgs;
  static override flags = {
    "exit-code": Flags.boolean({ description: "Exit 3 when there is something to do." }),
    ...fileFlags,
    mover: moveFlags.mover,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan);
    const settings = changeSettings({ ...flags, "dry-run": true, yes: false, wait: "60" });
    using opened = await this.openFile({ file: args.file, seed: args.seed }, flags);
    const { cluster, look } = opened;
    const plan = await planFile(cluster, look, {
      mover: settings.mover,
      allowFewerReplicas: flags["allow-fewer-replicas"],
    });
    await carryOut(plan, { cluster, output: this.output, settings });
    if (flags["exit-code"] && plan.steps.length > 0) process.exitCode = EXIT.problemsFound;
  }
}
