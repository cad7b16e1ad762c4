import { Args, Flags } from "@oclif/core";
import { carryOutBackup, showBackup } from "../cli/carry-out-backup.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { verifyBackup } from "../cli/verify-backup.ts";
import { UsageError } from "../errors.ts";
import { planBackup } from "../plan/plan-backup.ts";

export default class Backup extends ClusterCommand {
  static override summary = "Save every shard to a file of its own, with a manifest and checksums.";
  static override usage = [
    "<%= command.id %> SEED DIRECTORY [--from replicas|primaries]",
    "<%= command.id %> --verify DIRECTORY",
  ];
  static override description =
    "Takes an RDB of each shard, side by side, from a healthy replica where there is one. Changes nothing in the cluster. DIRECTORY has a backup once there is a manifest.json in it, and not before; with --verify its files are held against that, and no cluster is asked.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 /backups/monday",
    {
      description: "Show which node each shard would be saved from",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 /backups/monday --dry-run",
    },
    {
      description: "Later: is it still what was written?",
      command: "<%= config.bin %> <%= command.id %> --verify /backups/monday",
    },
  ];
  static override args = {
    seed: Args.string({
      description: "Any node of the cluster, as host:port, [ipv6]:port, redis:// or rediss://.",
    }),
    directory: Args.string({ description: "Where to: an empty directory, or one that is not there yet." }),
  };
  static override flags = {
    from: Flags.option({
      options: ["auto", "replicas", "primaries"] as const,
      default: "auto" as const,
      description:
        "Which nodes are asked for the data: auto is a healthy replica of each shard, and its primary where there is none.",
    })(),
    "allow-partial": Flags.boolean({
      description: "Save what can be saved although some slots will be missing; exits 3 then.",
    }),
    parallel: Flags.integer({
      helpValue: "N",
      description: "How many shards are saved at the same time, or files read with --verify.",
      default: 4,
      min: 1,
    }),
    "dry-run": Flags.boolean({ description: "Show what would be saved, and save nothing." }),
    verify: Flags.string({
      helpValue: "DIRECTORY",
      description: "Hold the files of a backup against its manifest.",
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Backup);
    const { output } = this;
    const { from, parallel, progress, verify } = flags;
    if (verify !== undefined) {
      refuseArguments(args);
      await verifyBackup(verify, { output, filesAtOnceMax: parallel });
      return;
    }
    const { seed, directory } = requireArguments(args);
    using cluster = await this.open(seed, flags);
    const topology = await cluster.observe();
    const plan = planBackup({ topology, wish: { from, allowPartial: flags["allow-partial"] } });
    const asked = { cluster, output, directory, progress, shardsAtOnceMax: parallel };
    if (flags["dry-run"]) showBackup(plan, asked);
    else await carryOutBackup(plan, asked);
  }
}

interface Given {
  readonly seed: string | undefined;
  readonly directory: string | undefined;
}

function requireArguments({ seed, directory }: Given): { seed: string; directory: string } {
  if (seed !== undefined && directory !== undefined && directory !== "") return { seed, directory };
  throw new UsageError(seed === undefined ? "SEED and DIRECTORY are missing." : "DIRECTORY is missing.", {
    code: "usage",
    hint: "Write slotctl backup SEED DIRECTORY, or slotctl backup --verify DIRECTORY.",
  });
}

function refuseArguments({ seed }: Given): void {
  if (seed === undefined) return;
  throw new UsageError("--verify asks no cluster: it takes its DIRECTORY, and no other argument.", {
    code: "usage",
    hint: "Write slotctl backup --verify DIRECTORY.",
  });
}
