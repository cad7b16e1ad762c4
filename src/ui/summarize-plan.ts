import { formatAddress } from "../cluster/address.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { Plan } from "../plan/plan.ts";
import type { Step, StepKind, StepOf } from "../plan/step.ts";
import { countOf } from "./format-number.ts";
import { stageCount } from "./stage-count.ts";

/** The plan in one line: `4 steps: 1,365 slots move between 3 pairs.` */
export function summarizePlan(plan: Plan): string {
  if (plan.steps.length === 0) {
    return plan.isRest ? "Nothing to do: no step of the plan is left." : nothingToDo[plan.command];
  }
  const kinds = [...new Set(plan.steps.map((step) => step.kind))];
  return `${countOf(plan.steps.length, "step")}: ${kinds.map((kind) => summarizeKind(kind, plan.steps)).join(", ")}.`;
}

const nothingToDo: Record<Plan["command"], string> = {
  create: "Nothing to do: these nodes are a cluster already.",
  "add-node": "Nothing to do: these nodes are part of the cluster already.",
  "del-node": "Nothing to do: the cluster does not know these nodes any more.",
  reshard: "Nothing to do: these slots are where they should be.",
  rebalance: "Nothing to do: the shards are even enough.",
  failover: "Nothing to do: this node is the primary of its shard already.",
  fix: "Nothing to do: nothing is wrong that fix could repair.",
  place: "Nothing to do: the nodes stand as well as they can.",
  drain: "Nothing to do: none of these nodes is a primary.",
  "restore-roles": "Nothing to do: every primary is where it should be.",
  plan: "Nothing to do: the cluster is as the file says.",
  "set-timeout": "Nothing to do: every node that answers has this timeout already.",
  undo: "Nothing to do: whatever can be taken back of that plan is as it was before.",
};

function summarizeKind(kind: StepKind, all: readonly Step[]): string {
  const steps = all.filter((step) => step.kind === kind);
  const count = steps.length;
  const isOrAre = count === 1 ? "is" : "are";
  switch (kind) {
    case "meet":
      return `${countOf(stageCount({ kind, steps }), "node")} meet`;
    case "assign-slots":
      return `${countOf(slotsIn(ofKind(all, kind)), "slot")} go to ${countOf(count, "node")}`;
    case "set-epoch":
      return `${countOf(count, "epoch")} ${isOrAre} set`;
    case "replicate":
      return `${countOf(count, "replica")} ${count === 1 ? "attaches" : "attach"}`;
    case "move-slots":
      return summarizeMoves(ofKind(all, kind));
    case "settle-slot":
      return summarizeSettled(ofKind(all, kind));
    case "claim-slots":
      return `${countOf(slotsIn(ofKind(all, kind)), "slot")} ${slotsIn(ofKind(all, kind)) === 1 ? "gets its owner" : "get their owners"}`;
    case "gather-keys":
      return `keys of ${countOf(slotsIn(ofKind(all, kind)), "slot")} go to their owners`;
    case "failover":
      return `${countOf(count, "replica")} ${count === 1 ? "takes" : "take"} over`;
    case "forget":
      return `${countOf(count, "node")} ${isOrAre} forgotten`;
    case "reset":
      return `${countOf(count, "node")} ${isOrAre} reset`;
    case "await-ok":
      return `${countOf(count, "node")} ${count === 1 ? "takes" : "take"} writes`;
    case "renew-id":
      return `${countOf(count, "node")} ${count === 1 ? "gets a new id" : "get new ids"}`;
    case "load-functions":
      return `functions go to ${countOf(count, "node")}`;
    case "set-config":
      return `${settingsIn(ofKind(all, kind))} changes on ${countOf(count, "node")}`;
  }
}

function ofKind<Kind extends StepKind>(steps: readonly Step[], kind: Kind): StepOf<Kind>[] {
  return steps.filter((step): step is StepOf<Kind> => step.kind === kind);
}

function summarizeMoves(moves: readonly StepOf<"move-slots">[]): string {
  const pairs = new Set(
    moves.map(({ from, to }) => `${formatAddress(from.address)} ${formatAddress(to.address)}`),
  );
  const total = slotsIn(moves);
  const moved = `${countOf(total, "slot")} ${total === 1 ? "moves" : "move"}`;
  const [first] = moves;
  if (pairs.size === 1 && first) {
    return `${moved} from ${formatAddress(first.from.address)} to ${formatAddress(first.to.address)}`;
  }
  return `${moved} between ${countOf(pairs.size, "pair")}`;
}

function summarizeSettled(steps: readonly StepOf<"settle-slot">[]): string {
  const total = slotsIn(steps.filter(({ openAt }) => openAt.length > 0));
  const awaited = slotsIn(steps.filter(({ openAt }) => openAt.length === 0));
  return [
    ...(total > 0 ? [`${countOf(total, "open slot")} ${total === 1 ? "closes" : "close"}`] : []),
    ...(awaited > 0 ? [`${countOf(awaited, "slot")} ${awaited === 1 ? "is" : "are"} waited for`] : []),
  ].join(", ");
}

function settingsIn(steps: readonly StepOf<"set-config">[]): string {
  return [...new Set(steps.map(({ setting }) => setting))].join(" and ");
}

function slotsIn(steps: readonly { readonly slots: SlotSet }[]): number {
  return steps.reduce((sum, step) => sum + step.slots.size, 0);
}
