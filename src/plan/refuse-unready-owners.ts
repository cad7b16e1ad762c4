import type { Topology } from "../cluster/topology.ts";
import { refuseUnownedSlots, refuseUnreachedOwners } from "./refuse-lost-slots.ts";

/**
 * Before all slots are shared out anew.
 *
 * @throws Refused while slots have no owner, or one that does not answer.
 */
export function refuseUnreadyOwners(topology: Topology): void {
  refuseUnownedSlots(topology);
  refuseUnreachedOwners(topology);
}
