import { changeSettings } from "../cli/change-settings.ts";
import { ClusterFileCommand, fileArgs, fileFlags } from "../cli/cluster-file-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";

export default class Plan extends ClusterFileCommand {
  static override summary = "Show what would make the cluster what a file says.";
  static override usage = [
    "<%= command.id %> FILE [SEED] [--out PLAN] [--exit-code]",
    "<%= command.id %> COMMAND ...",
  ];
  static override description =
    "Compares the file with the cluster and shows one plan: form it, add and remove nodes, change roles, move slots, set settings. Changes nothing; apply carries it out. With the name of a command that changes a cluster it is that command with --dry-run.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> cluster.yaml",
    {
      description: "Save it to have it approved; 3 when there is something to do",
      command: "<%= config.bin %> <%= command.id %> cluster.yaml --out plan.json --exit-code",
    },
    {
      description: "What another command would do",
      command: "<%= config.bin %> <%= command.id %> rebalance 10.0.0.1:6379",
    },
  ];
  static override args = fileArgs;
  static override flags = { ...fileFlags, ...moveFlags, ...changeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan);
    const settings = changeSettings({ ...flags, "dry-run": true }, args);
    await this.reachFile(args, { flags, settings });
  }
}
