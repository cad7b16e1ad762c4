import { type ClusterNode, nodeById, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import { choosePrimaryForReplica, countLiveReplicas } from "./choose-primary-for-replica.ts";
import { unreachedCode } from "../cluster/how-unreached.ts";
import { nodeName } from "../cluster/node-name.ts";
import { refOf, refOfView } from "./node-ref.ts";
import type { Joining } from "./add-node-input.ts";
import { meetPeerOf } from "./meet-peer.ts";
import type { Step } from "./step.ts";

/** Gives each newcomer that follows nobody yet a primary, one after the other, each counting for the next. */
export function placeNewReplicas({ topology, newcomers, wish, meetAddresses }: Joining): Step[] {
  const wished = wish.primaryId === undefined ? undefined : wishedPrimary(topology, wish.primaryId);
  const exclude = new Set(newcomers.map((view) => view.self.id));
  const counts = countLiveReplicas(topology);
  return newcomers
    .filter((view) => view.self.role === "primary")
    .map((view): Step => {
      const { host } = meetPeerOf({ view, meetAddresses }).announced;
      const primary =
        wished ??
        choosePrimaryForReplica({ topology, host, counts, exclude, emptyToo: wish.emptyPrimariesToo });
      if (!primary) throw noPrimary();
      counts.set(primary.id, (counts.get(primary.id) ?? 0) + 1);
      return {
        kind: "replicate",
        replica: refOfView(view),
        primary: refOf(primary),
        // The primary has clients to serve beside the sync, and its setting for that is the operator's.
        syncAtOnce: false,
      };
    });
}

function wishedPrimary(topology: Topology, id: string): ClusterNode {
  const node = nodeById(topology, id);
  if (!node) {
    throw new UsageError(`The cluster has no node ${id} that could be the primary.`, {
      code: "unknown-node",
      hint: 'See the primaries with "slotctl info".',
    });
  }
  const why =
    node.role === "replica"
      ? { reason: "is a replica, and replicas have no replicas", code: "not-a-primary" }
      : { reason: `does not answer (${whyUnreached(node)})`, code: unreachedCode(node) };
  if (node.role === "primary" && node.view) return node;
  throw new Refused(`${nodeName(node)} ${why.reason}, so it cannot be the primary of a new replica.`, {
    code: why.code,
    hint: "Name a primary that answers, or leave --primary out and the shard that needs it most gets the replica.",
    node: nodeName(node),
  });
}

function noPrimary(): Refused {
  return new Refused("No primary of the cluster answers, so a new replica has nobody to follow.", {
    code: "no-primary-left",
    hint: 'See what is wrong with "slotctl check".',
  });
}
