import { Args, Flags } from "@oclif/core";
import { ClusterCommand } from "../cli/cluster-command.ts";
import {
  clusterFileData,
  FILE_SCHEMA,
  FILE_SETTINGS,
  writeClusterFile,
} from "../cluster-file/write-cluster-file.ts";
import { UsageError } from "../errors.ts";
import { describeCluster } from "../plan/describe-cluster.ts";

export default class Export extends ClusterCommand {
  static override summary = "Write the cluster as a file that plan, apply and diff take.";
  static override usage = [
    "<%= command.id %> SEED > cluster.yaml",
    "<%= command.id %> --schema > schema.json",
  ];
  static override description =
    "Shards, nodes, zones where the servers know them, and the settings that all nodes have in common. Planned at once, such a file leaves nothing to do.";
  static override examples = ["<%= config.bin %> <%= command.id %> 10.0.0.1:6379 > cluster.yaml"];
  static override args = {
    seed: Args.string({
      description: "Any node of the cluster, as host:port, [ipv6]:port, redis:// or rediss://.",
    }),
  };
  static override flags = {
    schema: Flags.boolean({
      description: "Print the JSON Schema of such files, for editors, and ask no cluster.",
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Export);
    if (flags.schema) {
      this.output.print([JSON.stringify(FILE_SCHEMA, null, 2)]);
      this.output.succeed({ schema: FILE_SCHEMA });
      return;
    }
    if (args.seed === undefined) {
      throw new UsageError("SEED is missing.", { code: "usage", hint: "slotctl export SEED > cluster.yaml" });
    }
    using cluster = await this.open(args.seed, flags);
    const wished = describeCluster(await cluster.observe({ settings: true }), FILE_SETTINGS);
    this.output.print([(await writeClusterFile(wished)).trimEnd()]);
    this.output.succeed({ cluster: clusterFileData(wished) });
  }
}
