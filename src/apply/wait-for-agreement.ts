import { type Address, formatAddress } from "../cluster/address.ts";
import { type Unsettled, unsettledIn } from "../cluster/unsettled-in.ts";
import type { Topology } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import type { WaitSubject } from "../plan/run-event.ts";
import type { ApplyContext } from "./apply-context.ts";
import { pollUntil } from "./poll-until.ts";
import { spreadNews } from "./spread-news.ts";

/** Which disagreements a wait is about. */
export type Reason = Unsettled["why"];

const EVERY_REASON: readonly Reason[] = ["state-fail", "unknown-node", "other-view", "link-down"];

/** News takes a moment to arrive; telling it again sooner would only make more of it. */
const HELP_EVERY_MS = 500;
/** What a new owner has told everybody by itself has arrived by then; to tell it by MEET has nodes shake hands anew. */
const HELP_AFTER_MS = 20;
/** What was on its way when all were settled has arrived by then. */
const LASTING_MS = 20;

export interface Agreement {
  /** In which ways the nodes are to be settled; in every one by default. */
  readonly reasons?: readonly Reason[];
  /** Addresses of replicas whose link nobody mends, so that nobody waits for it. */
  readonly brokenLinks?: ReadonlySet<string>;
  /**
   * Whether they have to be settled in two looks in a row. Two nodes have two links, and what one of them sent before its
   * role changed may arrive after what it sent then: whoever hears that calls the old primary a primary again, until its
   * next packet (valkey-io/valkey#1015, #2811).
   */
  readonly isLasting?: boolean;
  /** What may be done about it while the nodes are not settled, by what they say now. */
  readonly help?: (topology: Topology) => Promise<void>;
}

/**
 * Waits until the nodes that answer are settled. Nodes that do not answer are left out: they were known before
 * the plan was made, or are named by whoever looks afterwards.
 *
 * @throws DeadlinePassed, which says who was waited for and which ports to look at.
 */
export async function waitForAgreement(
  context: ApplyContext,
  addresses: readonly Address[],
  { reasons = EVERY_REASON, brokenLinks = new Set(), isLasting = false, help }: Agreement = {},
): Promise<void> {
  let unsettled: Unsettled[] = [];
  let topology: Topology = { nodes: [] };
  let helpFromMs: number | undefined;
  const look = async () => {
    topology = await context.lookAt(addresses);
    unsettled = unsettledIn(topology).filter(
      ({ why, node }) => reasons.includes(why) && !(why === "link-down" && brokenLinks.has(node)),
    );
  };
  await pollUntil(context, {
    what: subjectOf(reasons),
    missing: async () => {
      await look();
      if (isLasting && unsettled.length === 0) {
        await context.clock.sleep(LASTING_MS);
        await look();
      }
      const nowMs = context.clock.nowMs();
      helpFromMs ??= nowMs + HELP_AFTER_MS;
      if (unsettled.length > 0 && nowMs >= helpFromMs) {
        helpFromMs = nowMs + HELP_EVERY_MS;
        if (unsettled.some(({ why }) => why === "other-view")) await spreadNews(context, topology);
        await help?.(topology);
      }
      return [...new Set(unsettled.map(({ node }) => node))];
    },
    late: (_, waitedMs) => tooLate({ unsettled, topology, waitedMs }),
  });
}

function subjectOf(reasons: readonly Reason[]): WaitSubject {
  if (reasons.length > 1) return "views-to-agree";
  if (reasons[0] === "unknown-node") return "nodes-to-join";
  if (reasons[0] === "link-down") return "replica-links";
  return reasons[0] === "state-fail" ? "state-ok" : "views-to-agree";
}

function tooLate({
  unsettled,
  topology,
  waitedMs,
}: {
  unsettled: readonly Unsettled[];
  topology: Topology;
  waitedMs: number;
}): DeadlinePassed {
  const ranked = mostUnknownFirst(unsettled);
  const facts = ranked.slice(0, 5).map(describe);
  if (ranked.length > facts.length) facts.push(`and ${ranked.length - facts.length} more`);
  const strangers = new Set(ranked.flatMap((one) => (one.why === "unknown-node" ? [one.about] : [])));
  const viewed = new Map(
    topology.nodes.flatMap((node) => (node.view ? [[formatAddress(node.view.address), node] as const] : [])),
  );
  const ports = [...strangers]
    .slice(0, 5)
    .map((stranger) => `${stranger} (bus port ${viewed.get(stranger)?.busPort ?? "unknown"})`);
  return new DeadlinePassed(
    `The nodes do not agree after ${Math.round(waitedMs / 1000)} s: ${facts.join("; ")}.`,
    {
      code: "no-agreement",
      node: ranked[0]?.why === "unknown-node" ? ranked[0].about : ranked[0]?.node,
      hint:
        ports.length > 0
          ? `Every node must reach every other on its port and on its bus port: look at ${ports.join(", ")}. A node that was removed less than a minute ago is kept out until then. Then run the same command again: it goes on from here.`
          : "slotctl check shows who says what. Running the same command again goes on from here; --wait waits longer.",
    },
  );
}

/** A node that is cut off knows nobody and nobody knows it: it is the one that most others do not know. */
function mostUnknownFirst(unsettled: readonly Unsettled[]): Unsettled[] {
  const unknownTo = new Map<string, number>();
  for (const one of unsettled) {
    if (one.why === "unknown-node") unknownTo.set(one.about, (unknownTo.get(one.about) ?? 0) + 1);
  }
  const rank = (one: Unsettled) => (one.why === "unknown-node" ? (unknownTo.get(one.about) ?? 0) : 0);
  return [...unsettled].sort((a, b) => rank(b) - rank(a));
}

function describe(unsettled: Unsettled): string {
  switch (unsettled.why) {
    case "state-fail":
      return `${unsettled.node} reports cluster_state fail`;
    case "unknown-node":
      return `${unsettled.node} does not know ${unsettled.about}`;
    case "other-view":
      return `${unsettled.node} has another view of slots or roles than most`;
    case "link-down":
      return `the replica ${unsettled.node} is not linked to its primary yet`;
  }
}
