import { restOfFix } from "../cli/rest-of-fix.ts";
import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { lostOwnersOf, ownersOf, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { planFix } from "../plan/plan-fix.ts";
import { findKeyConflicts } from "../wire/find-key-conflicts.ts";
import { carryOutTold } from "./carry-out-told.ts";
import { tellInfo } from "./info-and-check.ts";
import { movedLines } from "./move-lines.ts";
import { openCluster, type Session, seedName } from "./session.ts";
import { tellCheck } from "./tell-check.ts";
import { plural, vocabularyOf } from "./vocabulary.ts";

/** fix h:p [--cluster-search-multiple-owners] [--cluster-fix-with-unreachable-masters] */
export async function fix(session: Session): Promise<boolean> {
  const { invocation, teller } = session;
  using cluster = await openCluster(session);
  const searchOwners = invocation.flags.has("search-owners");
  const topology = await cluster.observe({ settings: true, moving: true, repair: true, deep: searchOwners });
  const telling = { teller, first: seedName(cluster), searchOwners };
  tellInfo(topology, telling);
  const isSound = tellCheck(topology, telling);
  const unreachableOk = invocation.flags.has("fix-unreachable");
  if (!isSound && !unreachableOk) refuseUnreached(topology);
  const conflicts = await findKeyConflicts(cluster.clients, { topology, within: SlotSet.all });
  const wish = { slots: undefined, unreachableOk, onConflict: "refuse" } as const;
  const plan = planFix({ topology, conflicts, wish });
  const covered = coveredBy(plan);
  const flags = { deep: searchOwners, "unreachable-ok": unreachableOk, "on-conflict": wish.onConflict };
  const rest = restOfFix(plan, { seed: formatAddress(cluster.seed), flags });
  const after = await carryOutTold(plan, {
    session,
    cluster,
    ...(rest === undefined ? {} : { restAfter: () => rest }),
    words: {
      showPlan: () => {
        for (const slot of movedBy(plan)) teller.heading(`>>> Fixing open slot ${slot}`);
        if (covered.size > 0) teller.heading(`>>> Fixing slots coverage...\nUncovered: ${covered}`);
      },
      // As with redis-cli, --cluster-yes does not answer this one.
      ...(covered.size > 0 ? { question: "Fix these slots by covering them? (type 'yes' to accept): " } : {}),
      onStart: {
        "claim-slots": ({ slots, owner }) => {
          for (const slot of slots.intersect(covered)) {
            teller.heading(`>>> Covering slot ${slot} with ${formatAddress(owner.address)}`);
          }
        },
        "move-slots": ({ slots, from, to }) => {
          const way = `from ${formatAddress(from.address)} to ${formatAddress(to.address)}`;
          for (const slot of slots) teller.heading(`>>> Case 1: Moving slot ${slot} ${way}`);
        },
      },
      onEnd: { "move-slots": (step) => teller.lines(movedLines(step)) },
    },
  });
  if (!after) {
    if (!isSound) teller.error(NOTHING_SAFE);
    return isSound;
  }
  const looked = searchOwners ? await cluster.observe({ deep: true }) : after;
  return tellCheck(looked, { ...telling, unreachedOk: unreachableOk });
}

const NOTHING_SAFE =
  "*** Nothing was changed: there is nothing here that can be repaired safely. slotctl check says what to do.";

function refuseUnreached(topology: Topology): void {
  const lost = lostOwnersOf(topology);
  if (lost.length === 0) return;
  const primaries = plural(vocabularyOf(topology).primary);
  throw new Refused(
    `*** Fixing slots with ${lost.length} unreachable ${primaries} is dangerous: their slots would be given to others, and their keys be lost. If you really want to proceed use the --cluster-fix-with-unreachable-${primaries} option.`,
    { code: "node-unreachable" },
  );
}

/** Slots that get an owner who answers, of whom none has claimed them so far. */
function coveredBy({ basis, steps }: Plan): SlotSet {
  const claimants = ownersOf(basis).filter(({ view }) => view !== undefined);
  const owned = claimants.reduce((all, { slots }) => all.union(slots), SlotSet.empty);
  return slotsOf(steps).minus(owned);
}

function movedBy({ basis, steps }: Plan): SlotSet {
  return slotsOf(steps).minus(coveredBy({ basis, steps, command: "fix", notes: [] }));
}

function slotsOf(steps: Plan["steps"]): SlotSet {
  return steps.reduce((all, step) => ("slots" in step ? all.union(step.slots) : all), SlotSet.empty);
}
