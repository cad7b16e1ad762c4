import { formatAddress } from "../cluster/address.ts";
import { nodeName } from "../cluster/node-name.ts";
import { isGhost, reachedNodes, whyUnreached } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import { planSetTimeout } from "../plan/plan-set-timeout.ts";
import type { StepOf } from "../plan/step.ts";
import { carryOutTold } from "./carry-out-told.ts";
import { wholeNumber } from "./numbers.ts";
import { openCluster, type Session } from "./session.ts";

const SHORTEST_MS = 100;

/** set-timeout h:p milliseconds */
export async function setTimeoutOnAll(session: Session): Promise<boolean> {
  const { invocation, teller } = session;
  const timeoutMs = wholeNumber("set-timeout", invocation.args[1] ?? "");
  if (timeoutMs < SHORTEST_MS) {
    throw new UsageError(`Setting a node timeout of less than ${SHORTEST_MS} milliseconds is a bad idea.`, {
      code: "bad-timeout",
    });
  }
  using cluster = await openCluster(session);
  const topology = await cluster.observe({ settings: true });
  teller.heading(">>> Reconfiguring node timeout in every cluster node...");
  const wish = { timeoutMs, unreachableOk: true, rewriteAll: true };
  const plan = planSetTimeout({ topology, wish });
  const changing = new Set(plan.steps.flatMap((step) => (step.kind === "set-config" ? [step.node.id] : [])));
  for (const node of reachedNodes(topology)) {
    if (!changing.has(node.id)) teller.line(`*** New timeout set for ${nodeName(node)}`);
  }
  const tellSet = ({ node }: StepOf<"set-config">) =>
    teller.line(`*** New timeout set for ${formatAddress(node.address)}`);
  await carryOutTold(plan, { session, cluster, words: { onEnd: { "set-config": tellSet } } });
  for (const node of reachedNodes(topology)) {
    if (node.view?.hasConfigFile !== false) continue;
    teller.warning(`*** WARNING: ${nodeName(node)} runs without a config file: started anew it has another.`);
  }
  const missing = topology.nodes.filter((node) => !node.view && !isGhost(node));
  for (const node of missing) {
    teller.error(`ERR setting node-timeout for ${nodeName(node)}: ${whyUnreached(node)}`);
  }
  const done = reachedNodes(topology).length;
  teller.heading(`>>> New node timeout set. ${done} OK, ${missing.length} ERR.`);
  return missing.length === 0;
}
