import type { Topology } from "../cluster/topology.ts";
import type { RepairReason } from "../plan/repair-reason.ts";
import { describeReason } from "./repair-wordings.ts";

/** Why a repair is right, for scripts and, in `message`, for people. */
export function reasonJson(reason: RepairReason, basis: Topology) {
  return {
    rule: reason.rule,
    risk: reason.risk,
    message: describeReason(reason, basis).join(" "),
    evidence: {
      slots: reason.slots.map(({ slots, dissent, ...state }) => ({
        ...state,
        slots: slots.toString(),
        dissent: dissent.map(({ ownerId, byIds }) => ({ ownerId: ownerId ?? null, byIds })),
      })),
      ...(reason.node ? { node: { ...reason.node, primaryId: reason.node.primaryId ?? null } } : {}),
    },
  };
}
