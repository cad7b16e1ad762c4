import { ClusterFileCommand, fileArgs } from "../cli/cluster-file-command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { faultsOf } from "../cli/faults-of.ts";
import { formatAddress } from "../cluster/address.ts";
import { findDrift } from "../plan/find-drift.ts";
import { driftJson, renderDrift } from "../ui/render-drift.ts";

export default class Diff extends ClusterFileCommand {
  static override summary = "Show in what the cluster is not as a file says.";
  static override usage = "<%= command.id %> FILE [SEED]";
  static override description =
    "For pipelines that are to notice drift. Exits 3 when there is any, or when check finds that the cluster is not in order. Changes nothing; plan shows what would be done about it.";
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
    // Where there is no cluster yet nothing can be wrong with it: all that there is to say is who is missing.
    const problems = look.topology ? faultsOf(look.topology, opened.cluster) : [];
    const { topology } = look.matched;
    const seed = formatAddress(opened.cluster.seed);
    const held = { topology, problems, seed, file: args.file };
    this.output.print(renderDrift(drift, { ...held, ...this.output.stdout }));
    this.output.succeed(driftJson(drift, held));
    if (drift.length + problems.length > 0) process.exitCode = EXIT.problemsFound;
  }
}
