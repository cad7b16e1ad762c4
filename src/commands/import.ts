import { Args, Flags } from "@oclif/core";
import { carryOutImport, planImportInto } from "../cli/carry-out-import.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { carryFlags } from "../cli/flags.ts";
import { sourceFlags } from "../cli/source-flags.ts";
import { findImportSources } from "../cli/find-import-sources.ts";
import { parseSeconds } from "../cli/parse-seconds.ts";
import { readImportWish } from "../cli/read-import-wish.ts";

export default class Import extends ClusterCommand {
  static override summary = "Move keys from standalone servers into the cluster, or copy them.";
  static override usage = ["<%= command.id %> SEED --from SOURCE... [--copy] [--replace]"];
  static override description =
    "Reads the keys of one or several servers side by side and brings each to the primary that owns its slot, with its time to live. Without --copy a key is deleted at its source once its primary and the replicas have it, and only if no client has changed it meanwhile. Nothing in the cluster is overwritten unless --replace says so. It can be stopped at any moment: the same command goes on from there. The sources take none of the cluster's connection flags but --timeout and --map: user, password and TLS of theirs are the --from-... flags.";
  static override examples = [
    {
      description: "See what would be done, with nothing changed",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --from 10.0.9.1:6379 --dry-run",
    },
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --from 10.0.9.1:6379 --copy",
    {
      description: "Move everything from the shards of a Twemproxy pool",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --from-twemproxy nutcracker.yml",
    },
    {
      description: "From the primary that Sentinel watches, database 3 into database 0",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --from sentinel://10.0.9.1:26379/mymaster --database 3 --map-database 3=0",
    },
  ];
  static override args = {
    seed: Args.string({
      description: "Any node of the cluster, as host:port, [ipv6]:port, redis:// or rediss://.",
      required: true,
    }),
  };
  static override flags = {
    from: Flags.string({
      multiple: true,
      helpValue: "SOURCE",
      description:
        "A server to take keys from: host:port, redis://, rediss://, sentinel://host:port/name, or any node of another cluster for all of its primaries.",
    }),
    "from-twemproxy": Flags.string({
      helpValue: "FILE",
      description: "Take keys from all servers of a pool in Twemproxy's nutcracker.yml.",
    }),
    "twemproxy-pool": Flags.string({
      helpValue: "NAME",
      description: "Which pool of the file of --from-twemproxy, where it has several.",
      dependsOn: ["from-twemproxy"],
    }),
    copy: Flags.boolean({
      description:
        "Leave the keys at the sources; without it they are deleted there once the cluster has them.",
    }),
    replace: Flags.boolean({
      description:
        "Overwrite keys that the cluster has with another value; the same as --on-conflict replace.",
      exclusive: ["on-conflict"],
    }),
    "on-conflict": Flags.option({
      options: ["stop", "skip", "replace"] as const,
      description:
        "What becomes of a key that the cluster has with another value: stop at it (default), skip leaves both as they are, replace takes the source's.",
    })(),
    database: Flags.integer({
      multiple: true,
      helpValue: "N",
      description: "Take only the keys of this database; may be given several times.",
      min: 0,
    }),
    "map-database": Flags.string({
      multiple: true,
      helpValue: "FROM=TO",
      description:
        "Bring the keys of database FROM to database TO of the cluster; without it each keeps its number.",
    }),
    verify: Flags.boolean({ description: "Read every key back from the cluster and compare it." }),
    "memory-unchecked": Flags.boolean({
      description: "Go on though the cluster may have too little memory, or evict keys.",
    }),
    "max-keys-per-second": Flags.integer({
      helpValue: "N",
      description: "Import no more keys than this in a second, all sources together.",
      min: 1,
    }),
    parallel: Flags.integer({
      helpValue: "N",
      description: "From how many sources keys are taken at the same time.",
      default: 16,
      min: 1,
    }),
    // No --out and no --snapshot: what an import does hangs on the keys that the sources have then.
    "dry-run": carryFlags["dry-run"],
    "exit-code": Flags.boolean({
      description: "With --dry-run: exit with 3 when there are keys to import.",
      dependsOn: ["dry-run"],
    }),
    yes: carryFlags.yes,
    wait: Flags.string({
      helpValue: "SECONDS",
      description:
        "Give up when for so many seconds no key could be brought to its place: a primary is down, its slots are on their way, or replicas do not confirm.",
      default: "60",
    }),
    ...sourceFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Import);
    const { output } = this;
    const wish = readImportWish(flags);
    const settings = {
      dryRun: flags["dry-run"],
      exitCode: flags["exit-code"],
      yes: flags.yes,
      progress: flags.progress,
      waitMs: parseSeconds(flags.wait, "--wait"),
      sourcesAtOnceMax: flags.parallel,
      keysPerSecondMax: flags["max-keys-per-second"],
    };
    using cluster = await this.open(args.seed, flags);
    const sources = await findImportSources(flags, output);
    const topology = await cluster.observe({ moving: true });
    const plan = await planImportInto(cluster, { topology, sources, wish });
    await carryOutImport(plan, { cluster, sources, output, settings });
  }
}
