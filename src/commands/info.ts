import { seedArg } from "../cli/args.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { infoJson } from "../ui/json-info.ts";
import { renderTopology } from "../ui/render-topology.ts";

export default class Info extends ClusterCommand {
  static override summary = "Show shards, nodes, slots, keys, memory, versions and lag.";
  static override usage = "<%= command.id %> SEED";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    "<%= config.bin %> <%= command.id %> rediss://10.0.0.1:6379 --cacert ca.pem --password-file secret --json",
  ];
  static override args = { seed: seedArg };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Info);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe();
    this.output.print(renderTopology(topology, this.output.stdout));
    this.output.succeed(infoJson(topology));
  }
}
