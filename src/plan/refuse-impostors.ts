import { sameAddress } from "../cluster/address.ts";
import { nodeName } from "../cluster/node-name.ts";
import { nodeById } from "../cluster/topology.ts";
import type { Joining } from "./add-node-input.ts";
import { reachableAt } from "./meet-peer.ts";
import { type Objection, refuseFor } from "./refuse-for.ts";

/**
 * Refuses a newcomer with the id of another node, as a copied data directory makes it. What it announces
 * tells nothing, for the copied nodes.conf has that too; where it is reached does.
 */
export function refuseImpostors({ topology, newcomers, meetAddresses }: Joining): void {
  const objections = newcomers.flatMap((view): Objection[] => {
    const member = nodeById(topology, view.self.id);
    if (!member) return [];
    const places = [view.address, reachableAt(view, meetAddresses)];
    const isItself = [member.address, member.announced].some((known) =>
      places.some((place) => known && sameAddress(known, place)),
    );
    return isItself ? [] : [{ view, reason: `has the id of ${nodeName(member)}` }];
  });
  refuseFor(objections, {
    opening: "A node with the same id is in the cluster already",
    code: "id-in-use",
    hint: "If the newcomer has a copied nodes.conf, run CLUSTER RESET HARD on it. If it is the same node under another address, give the address that the cluster knows.",
  });
}
