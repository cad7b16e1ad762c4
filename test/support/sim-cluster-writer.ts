import keySlot from "cluster-key-slot";
import type { SimCluster } from "./sim-cluster.ts";
import { keyInSlot } from "./sim-cluster-keys.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { nodeOf, refreshState } from "./sim-cluster-world.ts";

const EVERY_MS = 0.5;
const HOP_MS = { min: 0.1, max: 0.6 };
const HOPS_MAX = 6;
const KEYS_PER_SLOT = 6;

/** What became of the writes so far. */
export interface WriterTally {
  readonly taken: number;
  /** A node said where to ask, and the one there knew of nothing. */
  readonly sentBack: number;
}

/** What a node says to a write. */
type Answer =
  | { readonly is: "done" }
  | { readonly is: "refused" }
  | { readonly is: "moved"; readonly to: SimNode }
  | { readonly is: "ask"; readonly to: SimNode };

/**
 * A client of the cluster that writes into the slots for as long as time passes, old keys and new ones, and
 * follows redirects. What a node has taken must never be lost, whatever becomes of the slot meanwhile.
 */
export function startWriter(cluster: SimCluster, slots: readonly number[]): WriterTally {
  const { clock, random } = cluster;
  const tally = { taken: 0, sentBack: 0 };
  const write = (text: string): void => {
    const slot = slots[random.below(slots.length)] ?? 0;
    const [key, value] = [keyInSlot(slot, random.below(KEYS_PER_SLOT)), Buffer.from(text)];
    const send = (node: SimNode, how: { readonly isAsking: boolean; readonly hopsLeft: number }): void => {
      clock.after(random.between(HOP_MS), () => {
        const answer = tryWrite(cluster, node, { key, value, isAsking: how.isAsking });
        if (answer.is === "done") tally.taken += 1;
        if (answer.is === "moved" && how.isAsking) tally.sentBack += 1;
        if (answer.is === "done" || answer.is === "refused" || how.hopsLeft === 0) return;
        send(answer.to, { isAsking: answer.is === "ask", hopsLeft: how.hopsLeft - 1 });
      });
    };
    for (const node of random.some(cluster.nodes, 1)) send(node, { isAsking: false, hopsLeft: HOPS_MAX });
  };
  const goOn = (count: number): void => {
    write(`write ${count}`);
    clock.after(EVERY_MS, () => goOn(count + 1));
  };
  goOn(0);
  return tally;
}

/** SET, with the rules by which a node of a cluster takes or redirects it. */
function tryWrite(
  cluster: SimCluster,
  node: SimNode,
  { key, value, isAsking }: { key: Buffer; value: Buffer; isAsking: boolean },
): Answer {
  if (node.power !== "up" || node.busyUntilMs > cluster.clock.nowMs()) return { is: "refused" };
  refreshState(cluster, node);
  if (node.state === "fail") return { is: "refused" };
  const slot = keySlot(key);
  const owner = nodeOf(cluster, node.slots.ownerOf(slot));
  const takes = owner === node || (isAsking && node.importing.has(slot));
  if (!node.isPrimary || !takes) return owner ? { is: "moved", to: owner } : { is: "refused" };
  const target = nodeOf(cluster, node.migrating.get(slot));
  if (owner === node && target && node.keys.get(key) === undefined) return { is: "ask", to: target };
  node.keys.set(key, value);
  cluster.written.set(key.toString("latin1"), { key, value });
  return { is: "done" };
}
