import { Cluster } from "../cli/cluster.ts";
import { findFunctions } from "../cli/find-functions.ts";
import { lookAtNewcomers } from "../cli/look-at-newcomers.ts";
import { formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import { planAddNode } from "../plan/plan-add-node.ts";
import { carryOutTold } from "./carry-out-told.ts";
import type { Words } from "./drop-in-voice.ts";
import { namedNode } from "./named-node.ts";
import { addressAt, type Session, seedName } from "./session.ts";
import { tellCheck } from "./tell-check.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** add-node new existing [--cluster-slave [--cluster-master-id ID]] */
export async function addNode(session: Session): Promise<boolean> {
  const { invocation, teller, access } = session;
  const [newText, seedText] = invocation.args;
  const address = await addressAt(session, newText);
  using cluster = new Cluster(await addressAt(session, seedText), access);
  const first = seedName(cluster);
  const name = formatAddress(address);
  teller.heading(`>>> Adding node ${name} to cluster ${first}`);
  const [topology, { views: newcomers, meetAddresses }] = await Promise.all([
    cluster.observe(),
    lookAtNewcomers(cluster, [address]),
  ]);
  tellCheck(topology, { teller, first });
  const replica = invocation.flags.has("replica");
  if (!replica) {
    teller.heading(">>> Getting functions from cluster");
    teller.heading(`>>> Send FUNCTION LIST to ${name} to verify there is no functions in it`);
  }
  const found = replica
    ? { functions: new Set<string>() }
    : await findFunctions(cluster, { topology, newcomers });
  const primary = replica ? wishedPrimary(session, topology) : {};
  // Scripts add a primary, then its replica without saying whose, and slots last: as with redis-cli it goes there.
  const wish = { replica, emptyPrimariesToo: true, ...primary };
  const plan = planAddNode({ topology, newcomers, wish, meetAddresses, ...found });
  const words = vocabularyOf(topology);
  const telling: Words = {
    headings: {
      meet: [
        `>>> Send CLUSTER MEET to node ${name} to make it join the cluster.`,
        "Waiting for the cluster to join",
      ],
      "load-functions": [`>>> Send FUNCTION RESTORE to ${name}`],
    },
    showPlan: ({ steps }) => {
      for (const step of steps) {
        if (step.kind === "replicate" && !("primaryId" in primary)) {
          teller.line(`Automatically selected ${words.primary} ${formatAddress(step.primary.address)}`);
        }
      }
    },
    onStart: {
      replicate: (step) =>
        teller.heading(`>>> Configure node as replica of ${formatAddress(step.primary.address)}.`),
    },
  };
  await carryOutTold(plan, { session, cluster, words: telling });
  teller.ok("[OK] New node added correctly.");
  return true;
}

function wishedPrimary({ invocation }: Session, topology: Topology): { readonly primaryId?: string } {
  const text = invocation.settings.get("primary-id");
  if (text === undefined) return {};
  const node = namedNode(topology, text);
  if (node?.role === "primary") return { primaryId: node.id };
  const { primary } = vocabularyOf(topology);
  throw new UsageError(`[ERR] No such ${primary} ID ${text}`, { code: "unknown-node" });
}
