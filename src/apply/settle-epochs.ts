import { type Address, formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { pollUntil } from "./poll-until.ts";
import { sendNews } from "./send-news.ts";

/** News takes a moment to arrive; telling it again sooner would only make more of it. */
const TELL_EVERY_MS = 500;

interface Movers {
  readonly sourceIds: ReadonlySet<string>;
  /** Whoever takes slots at that time, from these sources or from others. */
  readonly targetIds: ReadonlySet<string>;
}

/**
 * Waits until whoever takes slots takes a config epoch above those of the sources, and the sources keep theirs.
 *
 * A node that takes slots takes an epoch above all that it has heard of, unless it has that one itself: so all targets
 * must have heard of the sources' epochs. Two that got slots at the same moment have one epoch until they hear of each
 * other, and then the one with the smaller id takes another: if that is a source, it must not happen after its slots
 * have left. Where the source's epoch is above the new owner's, whoever was not told of the move, as no replica is before
 * Redis 7.0, calls the source the owner for good, and the target deletes the keys when it hears that.
 *
 * @param topology all nodes, as of now.
 * @throws DeadlinePassed
 */
export async function settleEpochs(
  context: ApplyContext,
  { topology, ...movers }: Movers & { readonly topology: Topology },
): Promise<void> {
  const addresses = primaryViews(topology).map(({ address }) => address);
  let unsettled = unsettledIn(primaryViews(topology), movers);
  let toldMs = -Infinity;
  await pollUntil(context, {
    what: "views-to-agree",
    missing: async () => {
      if (unsettled.length === 0) return [];
      if (context.clock.nowMs() - toldMs >= TELL_EVERY_MS) {
        toldMs = context.clock.nowMs();
        await eachNode(unsettled, async (pair) => await tell(context, pair));
      }
      unsettled = unsettledIn(primaryViews(await context.lookAt(addresses)), movers);
      return [...new Set(unsettled.map(({ other }) => formatAddress(other.address)))];
    },
    late: (_, waitedMs) => tooLate(unsettled, waitedMs),
  });
}

/** A source, and a primary that has its epoch too, or has not heard of it. */
interface Unsettled {
  readonly why: "same-epoch" | "not-heard";
  readonly address: Address;
  readonly source: NodeView;
  readonly other: NodeView;
}

function unsettledIn(primaries: readonly NodeView[], { sourceIds, targetIds }: Movers): Unsettled[] {
  return primaries
    .filter(({ self }) => sourceIds.has(self.id))
    .flatMap((source) =>
      primaries.flatMap((other): Unsettled[] => {
        const { address } = source;
        const epoch = source.self.configEpoch;
        if (other.self.id === source.self.id) return [];
        if (other.self.configEpoch === epoch) return [{ why: "same-epoch", address, source, other }];
        const isDeaf = targetIds.has(other.self.id) && other.currentEpoch < epoch;
        return isDeaf ? [{ why: "not-heard", address, source, other }] : [];
      }),
    );
}

function primaryViews(topology: Topology): NodeView[] {
  return reachedNodes(topology).flatMap(({ view }) => (view?.self.role === "primary" ? [view] : []));
}

/** Of two with one epoch either may be the one that is to take another. */
async function tell(context: ApplyContext, { why, source, other }: Unsettled): Promise<void> {
  await sendNews(context, { teller: source, listeners: [other] });
  if (why === "same-epoch") await sendNews(context, { teller: other, listeners: [source] });
}

function tooLate([first]: readonly Unsettled[], waitedMs: number): DeadlinePassed {
  const seconds = Math.round(waitedMs / 1000);
  const [other, source] = [first?.other.address, first?.source.address].map((address) =>
    address ? formatAddress(address) : "?",
  );
  const epoch = first?.source.self.configEpoch ?? 0;
  const what =
    first?.why === "same-epoch"
      ? `${source} and ${other} still have the same config epoch ${epoch} after ${seconds} s`
      : `${other} has not heard of config epoch ${epoch} of ${source} after ${seconds} s`;
  return new DeadlinePassed(`${what}, so slots that leave ${source} now could be taken for its own again.`, {
    code: "no-agreement",
    node: other,
    hint: "Look at the bus ports of both. Then run the same command again: it goes on from here.",
  });
}
