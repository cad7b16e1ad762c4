import { setTimeout as sleep } from "node:timers/promises";
import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { balanceVoice } from "../cli/balance-voice.ts";
import { canRedraw } from "../cli/can-redraw.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import type { Cluster } from "../cli/cluster.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { measureLoad } from "../cli/measure-load.ts";
import { nameHotKeys } from "../cli/name-hot-keys.ts";
import { parseSampleSeconds } from "../cli/parse-sample-seconds.ts";
import { parseThreshold } from "../cli/parse-threshold.ts";
import { parseWeights } from "../cli/parse-weights.ts";
import type { BalanceBy, LoadMeasure } from "../cluster/slot-load.ts";
import { ownersOf, type Topology } from "../cluster/topology.ts";
import type { LoadBalance } from "../plan/load-balance.ts";
import type { MoverWish } from "../plan/mover.ts";
import type { Plan } from "../plan/plan.ts";
import { rebalanceBySlots, type RebalanceWish } from "../plan/plan-rebalance.ts";
import { planRebalanceByLoad } from "../plan/plan-rebalance-by-load.ts";
import { refuseUnreadyOwners } from "../plan/refuse-unready-owners.ts";
import { countDown } from "../ui/count-down.ts";
import { countOf } from "../ui/format-number.ts";
import { balanceJson } from "../ui/json-balance.ts";

export default class Rebalance extends ClusterCommand {
  static override summary = "Even slots, or what they carry, out between shards with the fewest moves.";
  static override usage =
    "<%= command.id %> SEED [--by MEASURE] [--weight NODE=W...] [--use-empty] [--threshold PERCENT] [--explain]";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    {
      description: "Use primaries that have no slots yet, and show the plan only",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --use-empty --dry-run",
    },
    {
      description: "Twice the share for one primary, none for another",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --weight 07c3=2 --weight 10.0.0.3:6379=0",
    },
    {
      description: "Even out what the keys weigh, and say of each move why",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --by memory --explain",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    by: Flags.option({
      options: ["slots", "keys", "memory", "cpu", "network", "ops"] as const,
      default: "slots" as const,
      description:
        "What is evened out: how many slots or keys a shard has, what its keys weigh, or what its clients ask of it; the last three need servers that count it (Redis 8.2, Valkey 8.0 and later).",
    })(),
    "sample-seconds": Flags.string({
      helpValue: "SECONDS",
      description: "How long is measured, with --by memory, cpu, network or ops (default 5).",
    }),
    explain: Flags.boolean({ description: "Show what each shard carries, and say of each move why." }),
    weight: Flags.string({
      description:
        "Share of a primary: 1 where none is given, 0 empties it. NODE is an id, 4 or more of its first digits, or host:port.",
      multiple: true,
      helpValue: "NODE=W",
    }),
    "use-empty": Flags.boolean({ description: "Give slots to primaries that have none." }),
    threshold: Flags.string({
      helpValue: "PERCENT",
      description: "Leave shards alone within this many percent (default 2, and 5 for all but --by slots).",
    }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Rebalance);
    const settings = changeSettings(flags, args);
    const thresholdPercent = parseThreshold(flags.threshold, flags.by);
    const seconds = parseSampleSeconds(flags["sample-seconds"], flags.by);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ moving: true });
    const weights = parseWeights(flags.weight ?? [], topology);
    const wish = { weights, useEmpty: flags["use-empty"], thresholdPercent };
    const { plan, balance } = await this.#decide(topology, {
      by: flags.by,
      explain: flags.explain,
      seconds,
      isTold: settings.progress === "auto" || settings.progress === "plain",
      isShown: settings.progress === "auto" && canRedraw(process.stderr),
      wish,
      mover: settings.mover,
      cluster,
    });
    await carryOut(plan, {
      cluster,
      output: this.output,
      settings,
      ...(balance ? this.#withFigures(balance, { topology, explain: flags.explain, settings }) : {}),
    });
  }

  async #decide(
    topology: Topology,
    asked: {
      readonly by: BalanceBy;
      readonly explain: boolean;
      readonly seconds: number;
      /** That it takes a while is said, unless events are wanted, or silence. */
      readonly isTold: boolean;
      /** It is redrawn on a terminal. */
      readonly isShown: boolean;
      readonly wish: RebalanceWish;
      readonly mover: MoverWish;
      readonly cluster: Cluster;
    },
  ): Promise<{ plan: Plan; balance: LoadBalance | undefined }> {
    const { by, explain, wish, mover, cluster } = asked;
    if (by === "slots") {
      const { plan, balance } = rebalanceBySlots({ topology, wish, mover });
      return { plan, balance: explain ? balance() : undefined };
    }
    refuseUnreadyOwners(topology);
    const load = await this.#measure(topology, { ...asked, measure: by });
    const { plan, balance } = planRebalanceByLoad({ topology, load, wish, mover });
    return { plan, balance: await nameHotKeys(balance, { topology, clients: cluster.clients }) };
  }

  #measure(
    topology: Topology,
    {
      measure,
      seconds,
      isTold,
      isShown,
      cluster,
    }: { measure: LoadMeasure; seconds: number; isTold: boolean; isShown: boolean; cluster: Cluster },
  ) {
    const tell = (line: string) => this.output.say(isTold ? [line] : []);
    const letPass = async (waited: number) => {
      if (isShown) {
        const what = `Measuring what ${countOf(ownersOf(topology).length, "node")} are asked for`;
        await countDown(waited, { stream: process.stderr, theme: this.output.stderr.theme, what });
        return;
      }
      tell(`Measuring for ${waited} s.`);
      await sleep(waited * 1000);
    };
    return measureLoad(topology, { clients: cluster.clients, measure, seconds, tell, letPass });
  }

  #withFigures(
    balance: LoadBalance,
    {
      topology,
      ...voiced
    }: { topology: Topology; explain: boolean; settings: ReturnType<typeof changeSettings> },
  ) {
    return {
      voice: balanceVoice(balance, { basis: topology, output: this.output, ...voiced }),
      alsoInData: { load: balanceJson(balance, topology) },
    };
  }
}
