import { Flags } from "@oclif/core";
import { seedArg } from "../cli/args.ts";
import { carryOut } from "../cli/carry-out.ts";
import { changeSettings } from "../cli/change-settings.ts";
import { ClusterCommand } from "../cli/cluster-command.ts";
import { changeFlags, moveFlags } from "../cli/flags.ts";
import { restOfFix } from "../cli/rest-of-fix.ts";
import { SavedValues } from "../cli/saved-values.ts";
import { formatAddress } from "../cluster/address.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { CONFLICT_RULES } from "../cluster/key-conflict.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { leftByFix } from "../plan/left-by-fix.ts";
import { planFix } from "../plan/plan-fix.ts";
import { describeProblem } from "../ui/describe-problem.ts";
import { problemJson } from "../ui/json-check.ts";
import { renderLeft } from "../ui/render-problems.ts";
import { savedNote } from "../ui/run-notes.ts";
import { findKeyConflicts } from "../wire/find-key-conflicts.ts";

export default class Fix extends ClusterCommand {
  static override summary = "Repair what check finds, and say why each repair is right.";
  static override usage = "<%= command.id %> SEED [--slots SLOTS] [--unreachable-ok]";
  static override description =
    "Gives every slot one owner, finishes moves that were broken off, brings keys to the owners of their slots, and makes all nodes know the same members. Each step of the plan tells what the nodes say and hold, the rule that follows from it, and what it can cost. Where keys could be lost it refuses and names them. What it cannot repair is named and left as it is: check says what to do about each.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 10.0.0.1:6379",
    {
      description: "Show what would be done about two slots",
      command: "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --slots 5461,5470 --dry-run",
    },
    {
      description: "Keys with several values: keep those at the slot's owner, save the others",
      command:
        "<%= config.bin %> <%= command.id %> 10.0.0.1:6379 --on-conflict keep-owner --save-to lost.jsonl",
    },
  ];
  static override args = { seed: seedArg };
  static override flags = {
    slots: Flags.string({ helpValue: "SLOTS", description: "Only these slots: 0-100,200." }),
    deep: Flags.boolean({
      description: "Also bring home keys in slots that their node does not own, as check --deep finds them.",
    }),
    "unreachable-ok": Flags.boolean({
      description: "Give up what nodes that do not answer hold, where nobody else can take over from them.",
    }),
    "on-conflict": Flags.option({
      options: CONFLICT_RULES,
      default: "refuse" as const,
      description: "Which value of a key stays that two nodes have with different values.",
    })(),
    "save-to": Flags.string({
      helpValue: "FILE",
      description: "File that values which give way are appended to, as DUMP payloads.",
      default: "slotctl-saved-values.jsonl",
    }),
    ...moveFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Fix);
    const settings = changeSettings(flags, args);
    const slots = flags.slots === undefined ? undefined : parseSlots(flags.slots);
    using cluster = await this.open(args.seed, flags);
    const topology = await cluster.observe({ settings: true, moving: true, repair: true, deep: flags.deep });
    const conflicts = await findKeyConflicts(cluster.clients, { topology, within: slots ?? SlotSet.all });
    const { "unreachable-ok": unreachableOk, "on-conflict": onConflict } = flags;
    const plan = planFix({ topology, conflicts, wish: { slots, unreachableOk, onConflict } });
    const seed = formatAddress(cluster.seed);
    const left = leftByFix(plan, findProblems(topology)).map((problem) =>
      describeProblem(problem, { seed, topology }),
    );
    this.output.print(renderLeft(left, this.output.stdout));
    const rest = restOfFix(plan, { seed, flags });
    const saved = new SavedValues(flags["save-to"]);
    try {
      await carryOut(plan, {
        cluster,
        output: this.output,
        settings,
        saveValue: (value) => saved.save(value),
        ...(rest === undefined ? {} : { restAfter: () => rest }),
        alsoInData: { left: left.map(problemJson) },
      });
    } finally {
      if (saved.count > 0) this.output.say([savedNote(saved)]);
    }
  }
}
