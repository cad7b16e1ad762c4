import { CONFLICT_RULES } from "../cluster/key-conflict.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { ClusterNow } from "../plan/cluster-now.ts";
import { resumePlan } from "../plan/resume-plan.ts";
import { resumeRepair } from "../plan/resume-repair.ts";
import { mayHideKeys, onlyStraysOf } from "../plan/strays-of-plan.ts";
import type { SavedPlan } from "../saved/saved-plan.ts";
import { describeBasisChange } from "../ui/describe-basis-change.ts";
import { changeJson, nothingMoved } from "../ui/json-change.ts";
import { renderAcceptedChanges } from "../ui/render-saved-plan.ts";
import { savedNote } from "../ui/run-notes.ts";
import { findKeyConflicts } from "../wire/find-key-conflicts.ts";
import { type ApplyFlags, applySettings } from "./apply-settings.ts";
import { carryOut } from "./carry-out.ts";
import type { Cluster } from "./cluster.ts";
import { observeForPlan } from "./observe-for-plan.ts";
import type { Output } from "./output.ts";
import { readPlanFile } from "./read-plan-file.ts";
import { SavedValues } from "./saved-values.ts";
import { seedOfPlan } from "./seed-of-plan.ts";
import { stalePlan } from "./stale-plan.ts";

/**
 * Carries out what is left of the plan that a file holds.
 *
 * @param open opens the cluster from the address of one of the plan's nodes.
 * @throws Stale when the cluster has changed in a way that matters to the plan; nothing was changed then.
 */
export async function applySavedPlan(
  file: string,
  {
    text,
    flags,
    output,
    open,
  }: {
    /** What the file holds. */
    readonly text: string;
    readonly flags: ApplyFlags;
    readonly output: Output;
    readonly open: (seed: string) => Promise<Cluster>;
  },
): Promise<void> {
  const saved = await readPlanFile(file, text);
  const settings = applySettings(flags, saved.how);
  using cluster = await open(seedOfPlan(saved.plan));
  const { plan, changes } = await planLeft(saved, { file, cluster, output });
  const values = new SavedValues(flags["save-to"]);
  try {
    await carryOut(plan, {
      cluster,
      output,
      settings,
      saveValue: (value) => values.save(value),
      alsoInData: { changes },
    });
  } finally {
    if (values.count > 0) output.say([savedNote(values)]);
  }
}

async function planLeft(
  saved: SavedPlan,
  { file, cluster, output }: { readonly file: string; readonly cluster: Cluster; readonly output: Output },
) {
  const now = await observeNow(saved, cluster);
  const { plan, changes } =
    saved.plan.command === "fix"
      ? resumeRepair(saved.plan, { now, ...(await repairFacts(saved, { cluster, now })) })
      : resumePlan(saved.plan, now);
  const topologies = [now.topology, saved.plan.basis];
  const described = changes.map((change) => describeBasisChange(change, topologies));
  const nothingDone = { applied: 0, moved: nothingMoved, problems: [] };
  output.knownData = { ...changeJson({ plan: saved.plan, ...nothingDone }), changes: described };
  if (changes.some(({ matters }) => matters)) {
    throw stalePlan(changes, { topologies, saved, file });
  }
  output.print(renderAcceptedChanges(changes, { topologies, canvas: output.stdout }));
  return { plan, changes: described };
}

/** With the keys that a run of the plan may have left out of sight when it was killed. */
async function observeNow({ plan, wish }: SavedPlan, cluster: Cluster): Promise<ClusterNow> {
  const isDeep = wish.flags["deep"] === true;
  const now = await observeForPlan(cluster, plan, { deep: isDeep || mayHideKeys(plan) });
  return isDeep ? now : { ...now, topology: onlyStraysOf(plan, now.topology) };
}

/** What a repair is decided by besides, and what was wished for when it was saved. */
async function repairFacts(
  { wish: { flags } }: SavedPlan,
  { cluster, now }: { readonly cluster: Cluster; readonly now: ClusterNow },
) {
  const slots = typeof flags["slots"] === "string" ? parseSlots(flags["slots"]) : undefined;
  const onConflict = CONFLICT_RULES.find((rule) => rule === flags["on-conflict"]) ?? "refuse";
  const within = slots ?? SlotSet.all;
  return {
    conflicts: await findKeyConflicts(cluster.clients, { topology: now.topology, within }),
    wish: { slots, unreachableOk: flags["unreachable-ok"] === true, onConflict },
  };
}
