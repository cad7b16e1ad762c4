import { formatAddress } from "../cluster/address.ts";
import { DeadlinePassed, Stopped } from "../errors.ts";
import type { ImportTarget } from "../wire/import-target.ts";
import type { Parcel } from "./parcel.ts";
import type { ImportContext } from "./import-context.ts";

const WAIT_MS = 500;
const PAUSE_MS = 20;

/**
 * Waits until every connected replica of a primary has what it was sent, so that nothing is deleted at the source that
 * a failover could lose: at least one, where the shard had one when the run began. False where the node is no primary
 * any more.
 */
export async function confirmStored(
  target: ImportTarget,
  { parcels, context }: { readonly parcels: readonly Parcel[]; readonly context: ImportContext },
): Promise<boolean> {
  const { targets, clock, signal, waitMs, onWait } = context;
  const replicasMin = parcels.some(({ slot }) => targets.isReplicated(slot)) ? 1 : 0;
  const node = formatAddress(target.address);
  for (const startMs = clock.nowMs(); ;) {
    const { isPrimary, acknowledged, connected } = await target.confirm(WAIT_MS);
    if (!isPrimary) return false;
    if (acknowledged >= connected && connected >= replicasMin) return true;
    if (signal.aborted && clock.nowMs() - startMs > WAIT_MS) {
      throw new Stopped("Stopped, as asked.", { code: "stopped" });
    }
    if (clock.nowMs() - startMs > waitMs) throw unconfirmed(node, { acknowledged, connected });
    if (connected < replicasMin) onWait(node, "no replica of it is connected");
    await clock.sleep(PAUSE_MS);
  }
}

function unconfirmed(
  node: string,
  { acknowledged, connected }: { readonly acknowledged: number; readonly connected: number },
): DeadlinePassed {
  const state = connected === 0 ? "it has none now" : `${acknowledged} of ${connected} have them`;
  return new DeadlinePassed(`The replicas of ${node} did not confirm in time what it was sent: ${state}.`, {
    code: "replicas-not-confirming",
    node,
    reason: `its replicas did not confirm in time: ${state}`,
    hint: "slotctl check names the replicas: bring them back, then run the same command again. Keys that were not confirmed are still at the source.",
  });
}
