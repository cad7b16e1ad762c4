import { Cluster } from "../cli/cluster.ts";
import { lookAtNewcomers } from "../cli/look-at-newcomers.ts";
import { formatAddress } from "../cluster/address.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { nodeById, PRIMARIES_FOR_MAJORITY } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { planCreate } from "../plan/plan-create.ts";
import { carryOutTold } from "./carry-out-told.ts";
import { allocationLines, memberLines, placementLine } from "./create-lines.ts";
import { answeredNo } from "./drop-in-voice.ts";
import { wholeNumber } from "./numbers.ts";
import { addressAt, type Session, seedName } from "./session.ts";
import { tellCheck } from "./tell-check.ts";
import { plural, type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/** create h:p… [--cluster-replicas N] */
export async function create(session: Session): Promise<boolean> {
  const { invocation, teller, access } = session;
  const replicas = wholeNumber("--cluster-replicas", invocation.settings.get("replicas") ?? "0");
  const addresses = await Promise.all(invocation.args.map((text) => addressAt(session, text)));
  const [first = { host: "", port: 0 }] = addresses;
  using cluster = new Cluster(first, access);
  const { views, meetAddresses } = await lookAtNewcomers(cluster, addresses);
  const words = vocabularyOf(joinViews(views.map((view) => ({ address: view.address, view }))));
  await acceptFewPrimaries(session, { views, replicas, words });
  const wish = { replicasPerPrimary: replicas, allowFewPrimaries: true };
  const plan = planCreate({ views, wish, meetAddresses });
  const after = await carryOutTold(plan, {
    session,
    cluster,
    words: {
      showPlan: () => {
        const nodes = words.server === "Valkey" ? "node(s)" : "nodes";
        teller.heading(`>>> Performing hash slots allocation on ${views.length} ${nodes}...`);
        teller.lines(allocationLines(plan, words));
        const placement = placementLine(plan, words);
        if (placement !== undefined) {
          teller.heading(`>>> Trying to optimize ${plural(words.replica)} allocation for anti-affinity`);
          if (placement.startsWith("[OK]")) teller.ok(placement);
          else teller.warning(placement);
        }
        teller.lines(memberLines(plan));
      },
      question: "Can I set the above configuration? (type 'yes' to accept): ",
      isSure: invocation.flags.has("yes"),
      headings: {
        "set-epoch": [">>> Nodes configuration updated", ">>> Assign a different config epoch to each node"],
        meet: [">>> Sending CLUSTER MEET messages to join the cluster", "Waiting for the cluster to join"],
      },
    },
  });
  const formed = after ?? plan.basis;
  const isWhole = views.every(({ self }) => nodeById(formed, self.id) !== undefined);
  return tellCheck(formed, { teller, first: seedName(cluster) }) && isWhole;
}

/** redis-cli refuses one and two primaries, and valkey-cli asks. */
async function acceptFewPrimaries(
  { invocation, teller }: Session,
  { views, replicas, words }: { views: readonly NodeView[]; replicas: number; words: Vocabulary },
): Promise<void> {
  const needed = PRIMARIES_FOR_MAJORITY * (replicas + 1);
  if (views.length >= needed) return;
  if (words.server === "Redis" || views.length < replicas + 1) {
    teller.error("*** ERROR: Invalid configuration for cluster creation.");
    throw new Refused(
      [
        `*** ${words.server} Cluster requires at least ${PRIMARIES_FOR_MAJORITY} ${words.primary} nodes.`,
        `*** This is not possible with ${views.length} nodes and ${replicas} replicas per node.`,
        `*** At least ${needed} nodes are required.`,
      ].join("\n"),
      { code: "too-few-primaries", node: formatAddress(views[0]?.address ?? { host: "", port: 0 }) },
    );
  }
  const primaries = Math.floor(views.length / (replicas + 1));
  teller.line(
    `Requested to create a cluster with ${primaries} ${plural(words.primary)} and ${replicas} ${plural(words.replica)} per ${words.primary}.`,
  );
  const question = `${words.server} cluster requires at least ${PRIMARIES_FOR_MAJORITY} ${words.primary} nodes for automatic failover. Are you sure? (type 'yes' to accept): `;
  if (!invocation.flags.has("yes") && !(await teller.confirm(question))) throw answeredNo();
}
