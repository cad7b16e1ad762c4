import { ClusterFileCommand, fileArgs } from "../cli/cluster-file-command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { findDrift } from "../plan/find-drift.ts";
import { driftJson, renderDrift } from "../ui/render-drift.ts";

export default class Diff extends ClusterFileCommand {
  static override summary = "Show in what the cluster is not as a file says.";
  static override usage = "<%= command.id %> FILE [SEED]";
  static override description =
    "For pipelines that are to notice drift. Exits 3 when there is any. Changes nothing; plan shows what would be done about it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> cluster.yaml",
    {
      description: "In a pipeline: what is different, one word each",
      command: "<%= config.bin %> <%= command.id %> cluster.yaml --json | jq -r '.data.differences[].kind'",
    },
  ];
  static override args = fileArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff);
    using opened = await this.openFile({ file: args.file, seed: args.seed }, flags);
    const { look } = opened;
    const drift = findDrift(look.matched, look.topology);
    const { topology } = look.matched;
    this.output.print(renderDrift(drift, { topology, file: args.file, ...this.output.stdout }));
    this.output.succeed(driftJson(drift, topology));
    if (drift.length > 0) process.exitCode = EXIT.problemsFound;
  }
}
