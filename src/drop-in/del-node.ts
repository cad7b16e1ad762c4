import { nodeName } from "../cluster/node-name.ts";
import { ownsSlots } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import { planDelNode } from "../plan/plan-del-node.ts";
import { carryOutTold } from "./carry-out-told.ts";
import type { Words } from "./drop-in-voice.ts";
import { namedNode } from "./named-node.ts";
import { openCluster, type Session, seedName } from "./session.ts";

/** del-node h:p ID */
export async function delNode(session: Session): Promise<boolean> {
  const { invocation, teller } = session;
  const id = invocation.args[1] ?? "";
  using cluster = await openCluster(session);
  teller.heading(`>>> Removing node ${id} from cluster ${seedName(cluster)}`);
  const topology = await cluster.observe({ moving: true });
  const node = namedNode(topology, id);
  if (!node) throw new UsageError(`[ERR] No such node ID ${id}`, { code: "unknown-node" });
  if (ownsSlots(node) && node.view) {
    throw new Refused(`[ERR] Node ${nodeName(node)} is not empty! Reshard data away and try again.`, {
      code: "has-slots",
    });
  }
  const plan = planDelNode({ topology, wish: { nodeIds: [node.id], drain: false, keep: false } });
  const words: Words = {
    headings: {
      reset: [">>> Sending CLUSTER RESET SOFT to the deleted node."],
      forget: [">>> Sending CLUSTER FORGET messages to the cluster..."],
    },
    onStart: {
      replicate: (step) => {
        const nameOf = (ref: { id: string }) => {
          const known = topology.nodes.find((one) => one.id === ref.id);
          return known ? nodeName(known) : ref.id;
        };
        teller.heading(`>>> ${nameOf(step.replica)} as replica of ${nameOf(step.primary)}`);
      },
    },
  };
  await carryOutTold(plan, { session, cluster, words });
  teller.ok(`[OK] Node ${node.id} removed from the cluster.`);
  return true;
}
