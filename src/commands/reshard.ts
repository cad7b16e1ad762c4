import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { restOfReshard } from "../cli/rest-of-reshard.ts";
import { formatAddress } from "../cluster/address.ts";
import { findNode } from "../cluster/find-node.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { UsageError } from "../errors.ts";
import { planReshard } from "../plan/plan-reshard.ts";

export default class Reshard extends ClusterCommand {
  static override summary = "Move exactly the slots asked for to one primary.";
  static override usage =
    "<%= command.id %> SEED --to NODE (--from NODE... | --from all) (--slots N | --slot-ranges SLOTS)";
  static override examples = [
    {
      description: "1000 slots, taken from all other primaries in proportion",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --to 10.0.0.4:6379 --from all --slots 1000",
    },
    {
      description: "Named slots, whoever has them",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --to 07c3 --from all --slot-ranges 0-99,5461",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    to: Flags.string({
      helpValue: "NODE",
      description: "Primary that gets the slots: an id, 4 or more of its first digits, or host:port.",
      required: true,
    }),
    from: Flags.string({
      helpValue: "NODE",
      description: "A primary that gives slots; may be repeated. Or all.",
      required: true,
      multiple: true,
    }),
    slots: Flags.string({
      helpValue: "N",
      description: "How many slots.",
      exactlyOne: ["slots", "slot-ranges"],
    }),
    "slot-ranges": Flags.string({
      helpValue: "SLOTS",
      description: "Which slots: 0-100,200.",
      exactlyOne: ["slots", "slot-ranges"],
    }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Reshard);
    const settings = changeSettings(flags, args);
    const slots =
      flags["slot-ranges"] === undefined ? parseCount(flags.slots ?? "") : parseSlots(flags["slot-ranges"]);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ moving: true });
    const asked = { seed: formatAddress(cluster.seed), to: flags.to, from: flags.from };
    const fromAll = flags.from.length === 1 && flags.from[0] === "all";
    const plan = planReshard({
      topology,
      wish: {
        toId: findNode(topology, flags.to).id,
        fromIds: fromAll ? "all" : flags.from.map((node) => findNode(topology, node).id),
        slots,
      },
      mover: settings.mover,
    });
    await carryOut(plan, {
      cluster,
      output: this.output,
      settings,
      ...(typeof slots === "number"
        ? { restAfter: (after) => restOfReshard(plan, { after, ...asked }) }
        : {}),
    });
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && text.trim() !== "") return count;
  throw new UsageError(`--slots ${text} is not a number of slots.`, {
    code: "bad-slots",
    hint: "Write how many, such as --slots 1000; to name slots use --slot-ranges 0-100,200.",
  });
}
