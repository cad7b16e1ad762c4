import { formatAddress } from "../cluster/address.ts";
import { nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { ConnectFailed } from "../errors.ts";
import type { ClusterNow } from "../plan/cluster-now.ts";
import { leaversOf, type Plan } from "../plan/plan.ts";
import { nodesOf } from "../plan/step-nodes.ts";
import { eachNode } from "../wire/each-node.ts";
import { lookAside, observeApart } from "../wire/observe-for-plan.ts";
import type { ObserveWishes } from "../wire/observe.ts";
import type { Cluster } from "./cluster.ts";

/** The cluster that a saved plan is for, as it is now, with all that the plan's steps are judged by. */
export async function observeForPlan(
  cluster: Cluster,
  plan: Plan,
  { deep = false } = {},
): Promise<ClusterNow> {
  const topology = await observeMembers(cluster, plan, { deep });
  const named = plan.steps.flatMap(nodesOf);
  const asides = await lookAside(cluster.clients, { topology, named });
  return { topology, asides, functionsAt: await functionsAt(cluster, plan) };
}

/** What of the nodes is asked for, by what the steps depend on. */
function wishesFor({ command, steps }: Plan, { deep }: { readonly deep: boolean }): ObserveWishes {
  const has = (kind: string) => steps.some((step) => step.kind === kind);
  const repair = command === "fix";
  return { settings: has("set-config") || repair, moving: has("move-slots") || repair, repair, deep };
}

/**
 * From the first node that still belongs to most of the others: one may have been removed since, and speak for nobody
 * but itself.
 *
 * @throws ConnectFailed when none of them answers.
 */
async function observeMembers(
  cluster: Cluster,
  plan: Plan,
  { deep }: { readonly deep: boolean },
): Promise<Topology> {
  const { basis, command } = plan;
  const addresses = reachedNodes(basis).flatMap(({ id, view }) => (view ? [{ id, at: view.address }] : []));
  if (command === "create") {
    const topology = await observeApart(
      cluster.clients,
      addresses.map(({ at }) => at),
    );
    if (reachedNodes(topology).length > 0) return topology;
    throw nobodyAnswers(plan);
  }
  const leaving = leaversOf(plan);
  const seeds = [...addresses].sort((a, b) => Number(leaving.has(a.id)) - Number(leaving.has(b.id)));
  let best: { readonly topology: Topology; readonly known: number } | undefined;
  for (const { at } of seeds) {
    try {
      const topology = await cluster.observeFrom(at, wishesFor(plan, { deep }));
      const known = basis.nodes.filter(({ id }) => nodeById(topology, id)).length;
      if (!best || known > best.known) best = { topology, known };
      if (known > basis.nodes.length / 2) break;
    } catch (error) {
      if (!(error instanceof ConnectFailed)) throw error;
      // A password that is wrong here is wrong everywhere: that is the news, and no node after it.
      if (error.code === "node-denied") throw error;
    }
  }
  if (!best) throw nobodyAnswers(plan);
  return best.topology;
}

async function functionsAt(cluster: Cluster, { steps }: Plan): Promise<ReadonlySet<string>> {
  const targets = steps.flatMap((step) => (step.kind === "load-functions" ? [step.to] : []));
  const holders = await eachNode(targets, async ({ id, address }) =>
    (await cluster.clients.at(address).dumpFunctions()) === undefined ? [] : [id],
  );
  return new Set(holders.flat());
}

function nobodyAnswers({ basis }: Plan): ConnectFailed {
  const [first] = reachedNodes(basis);
  return new ConnectFailed("None of the nodes that the plan was made for answers.", {
    code: "node-unreachable",
    node: first?.address && formatAddress(first.address),
    hint: "Check that this machine reaches them as the one that made the plan did: --map, --tls, the password.",
  });
}
