import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { formatAddress } from "../cluster/address.ts";
import { placeFlags, placesIn, readPlaceFlags } from "../cli/read-places.ts";
import { findLosses } from "../cluster/find-losses.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { describeProblem } from "../ui/describe-problem.ts";
import { checkJson } from "../ui/json-check.ts";
import { renderLosses } from "../ui/render-losses.ts";
import { renderProblems } from "../ui/render-problems.ts";
import { renderTopology } from "../ui/render-topology.ts";

export default class Check extends ClusterCommand {
  static override summary = "Find every problem of the cluster, and say what to do about each.";
  static override usage = "<%= command.id %> SEED [--deep] [--file FILE | --place-pattern REGEX]";
  static override description =
    "Asks every node for its own view, and says what the loss of each host and zone would do. Exits 3 when there is a problem of severity error. All codes are in docs/problems.md.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    {
      description: "Also look for keys in slots that their node does not own",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --deep",
    },
    {
      description: "In a pipeline: the codes of all errors",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --json | jq -r '.data.problems[] | select(.severity == \"error\") | .code'",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    deep: Flags.boolean({ description: "Also look for keys in slots that their node does not own." }),
    ...placeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const words = await readPlaceFlags(flags);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ deep: flags.deep, settings: true, moving: true });
    const seed = formatAddress(cluster.seed);
    const problems = findProblems(topology).map((problem) => describeProblem(problem, { seed, topology }));
    const losses = findLosses(topology, placesIn(topology, words));
    this.output.print([
      ...renderTopology(topology, this.output.stdout),
      "",
      ...renderLosses(losses, this.output.stdout),
      ...renderProblems(problems, this.output.stdout),
    ]);
    this.output.succeed(checkJson(topology, problems, losses));
    if (problems.some((problem) => problem.severity === "error")) process.exitCode = EXIT.problemsFound;
  }
}
