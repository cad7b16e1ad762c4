import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterFileCommand, fileArgs, fileFlags } from "../cli/cluster-file-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { planFile } from "../cli/look-at-cluster-file.ts";

export default class Apply extends ClusterFileCommand {
  static override summary = "Make the cluster what a file says.";
  static override usage = "<%= command.id %> FILE [SEED]";
  static override description =
    "Shows the plan that `plan FILE` shows, asks, and carries it out. Run again, it goes on where it was stopped.";
  static override examples = ["<%= config.bin %> <%= command.id %> cluster.yaml"];
  static override args = fileArgs;
  static override flags = { ...fileFlags, ...moveFlags, ...changeFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    const settings = changeSettings(flags);
    using opened = await this.openFile({ file: args.file, seed: args.seed }, flags);
    const { cluster, look } = opened;
    const plan = await planFile(cluster, look, {
      mover: settings.mover,
      allowFewerReplicas: flags["allow-fewer-replicas"],
    });
    await carryOut(plan, { cluster, output: this.output, settings });
  }
}
