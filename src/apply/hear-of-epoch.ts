import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { lineAbout } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { pollUntil } from "./poll-until.ts";

/** News takes a moment to arrive; telling it again sooner would only make more of it. */
const TELL_EVERY_MS = 500;

/**
 * Waits until the target of a move has heard of its source's config epoch. A node that takes slots takes an epoch above
 * all that it knows: with one that is not above the source's, whoever has not been told of the move would call the
 * source the owner still, and the target would delete the keys. SETSLOT at the others makes views agree without that.
 *
 * @throws DeadlinePassed
 */
export async function hearOfEpoch(
  context: ApplyContext,
  { source, target }: { readonly source: NodeView; readonly target: NodeView },
): Promise<void> {
  let currentEpoch = target.currentEpoch;
  let toldMs = -Infinity;
  const name = formatAddress(target.address);
  await pollUntil(context, {
    what: "views-to-agree",
    missing: async () => {
      if (currentEpoch >= source.self.configEpoch) return [];
      if (context.clock.nowMs() - toldMs >= TELL_EVERY_MS) {
        toldMs = context.clock.nowMs();
        await tell(context, { source, target });
      }
      const look = await context.clients.at(target.address).look();
      if ("view" in look) ({ currentEpoch } = look.view);
      return [name];
    },
    late: (_, waitedMs) =>
      new DeadlinePassed(
        `${name} has not heard of epoch ${source.self.configEpoch} of ${formatAddress(source.address)} after ${Math.round(waitedMs / 1000)} s, and could lose slots that it took from there.`,
        {
          code: "no-agreement",
          node: name,
          hint: "Look at the bus ports of both. Then run the same command again: it goes on from here.",
        },
      ),
  });
}

/** Between nodes that know each other a MEET is a packet like any other, with the sender's epoch. */
async function tell(
  { clients }: ApplyContext,
  { source, target }: { readonly source: NodeView; readonly target: NodeView },
): Promise<void> {
  const line = lineAbout(source, target.self.id);
  if (!line?.address) return;
  await clients.at(source.address).meet([{ announced: line.address, busPort: line.busPort }]);
}
