import { formatAddress } from "../cluster/address.ts";
import { ConnectFailed, NodeFailed, Refused } from "../errors.ts";
import { commandsNeeded } from "../plan/commands-needed.ts";
import type { Plan } from "../plan/plan.ts";
import { eachNode } from "../wire/each-node.ts";
import type { Cluster } from "./cluster.ts";

/** So many nodes are named; the rest are likely to be of the same kind. */
const NAMED_MAX = 5;

/**
 * Asks the nodes of a plan whether they have all commands that it needs and let us run them: half done would be the
 * worst time to learn of one that was renamed away, or of a user without a right. A node that does not answer
 * is told of by the step that needs it.
 *
 * @throws Refused, with every node and what is missing there.
 */
export async function rehearsePlan(plan: Plan, { clients }: Pick<Cluster, "clients">): Promise<void> {
  const lacking = await eachNode(commandsNeeded(plan), async ({ address, commands }) => {
    try {
      const found = await clients.at(address).rehearse(commands);
      return found.length === 0 ? [] : [{ node: formatAddress(address), found }];
    } catch (error) {
      if (error instanceof ConnectFailed || error instanceof NodeFailed) return [];
      throw error;
    }
  });
  const nodes = lacking.flat();
  const [first] = nodes;
  const [lack] = first?.found ?? [];
  if (!first || !lack) return;
  const facts = nodes
    .slice(0, NAMED_MAX)
    .map(({ node, found }) => `${node}: ${found.map(({ reason }) => reason).join(", ")}`);
  const hidden = nodes.length - facts.length;
  const more = hidden > 0 ? `; and ${hidden} more nodes` : "";
  throw new Refused(
    `Nothing was changed, for it could not be carried out to its end: ${facts.join("; ")}${more}.`,
    {
      code: lack.why === "missing" ? "command-missing" : "denied",
      node: first.node,
      hint: lack.hint,
    },
  );
}
