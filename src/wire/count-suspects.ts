import type { LookAt } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { eachNode } from "./each-node.ts";
import type { NodeClients } from "./node-client.ts";
import { hidesKeys } from "./node-keys.ts";

/** Counts the keys that each primary holds of these slots, whether it owns them or not. */
export async function countSuspects(
  clients: NodeClients,
  { looks, suspects }: { readonly looks: readonly LookAt[]; readonly suspects: SlotSet },
): Promise<LookAt[]> {
  return await eachNode(looks, async (look) => {
    if (!("view" in look) || look.view.self.role !== "primary") return look;
    const { view } = look;
    const shown = suspects.minus(hiddenAt(view));
    const hidden = suspects.minus(shown);
    const marked = hidden.intersect(leavingFrom(view));
    const counted = await countAt(clients, { view, shown, hidden: hidden.minus(marked) });
    const behindMarks = await countBehindMarks(clients, { view, marked });
    const keysInOpenSlots = new Map([...view.keysInOpenSlots, ...counted, ...(behindMarks ?? [])]);
    for (const slot of behindMarks ? [] : marked) keysInOpenSlots.delete(slot);
    const uncounted = behindMarks ? {} : { uncountedSlots: [...marked] };
    return { ...look, view: { ...view, keysInOpenSlots, ...uncounted } };
  });
}

/** Adds the stray keys of nodes that do not tell of them to what a deep look has found. */
export async function revealStrays(clients: NodeClients, looks: readonly LookAt[]): Promise<LookAt[]> {
  return await eachNode(looks, async (look) => {
    if (!("view" in look) || look.view.self.role !== "primary" || look.view.keys === 0) return look;
    const { view } = look;
    const hidden = hiddenAt(view).minus(leavingFrom(view));
    if (hidden.size === 0) return look;
    const counted = await countAt(clients, { view, shown: SlotSet.empty, hidden });
    const stray = [...counted].filter(([, keys]) => keys > 0);
    return { ...look, view: { ...view, strayKeys: new Map([...(view.strayKeys ?? []), ...stray]) } };
  });
}

async function countAt(
  clients: NodeClients,
  { view, shown, hidden }: { readonly view: NodeView; readonly shown: SlotSet; readonly hidden: SlotSet },
): Promise<Map<number, number>> {
  const client = clients.at(view.address);
  const seen = [...shown];
  const unseen = [...hidden];
  const counts = [
    ...(seen.length > 0 ? await client.countKeys(seen) : []),
    // Marked as coming from the node itself: it may know no other one that it could name.
    ...(unseen.length > 0 && view.keys > 0
      ? await client.countHiddenKeys(unseen, view.self.id)
      : unseen.map(() => 0)),
  ];
  return new Map([...seen, ...unseen].map((slot, index) => [slot, counts[index] ?? 0]));
}

/**
 * How many keys nodes hold that a deep look cannot see, for the slots of which they are neither theirs nor on their way
 * to them. That is only the difference between two counts: which slots they are of, a node tells nobody who only looks.
 */
export async function countUnseen(clients: NodeClients, looks: readonly LookAt[]): Promise<LookAt[]> {
  return await eachNode(looks, async (look) => {
    if (!("view" in look) || look.view.self.role !== "primary") return look;
    const { view } = look;
    const hidden = hiddenAt(view);
    const told = [...view.keysInOpenSlots].reduce(
      (sum, [slot, keys]) => sum + (hidden.has(slot) ? 0 : keys),
      0,
    );
    // Clients write between the two counts: what may be a difference is counted again in one transaction.
    if (hidden.size === 0 || view.keys <= told) return look;
    const unseenKeys = await clients.at(view.address).countUnseenKeys(SlotSet.all.minus(hidden));
    return unseenKeys > 0 ? { ...look, view: { ...view, unseenKeys } } : look;
  });
}

/**
 * The keys of slots of others which the node says are on their way from it: to count a slot it is marked as coming and
 * closed again, and this other mark would be gone with that, which the node gives to nobody but an owner. So what it
 * hides of all other slots is taken from what it hides in all. Undefined where that leaves keys that may be of any of
 * several slots.
 */
async function countBehindMarks(
  clients: NodeClients,
  { view, marked }: { readonly view: NodeView; readonly marked: SlotSet },
): Promise<Map<number, number> | undefined> {
  const none = new Map([...marked].map((slot) => [slot, 0]));
  if (marked.size === 0 || view.keys === 0) return none;
  const client = clients.at(view.address);
  const hidden = hiddenAt(view);
  const all = await client.countUnseenKeys(SlotSet.all.minus(hidden));
  if (all === 0) return none;
  const others = await client.countHiddenKeys([...hidden.minus(marked)], view.self.id);
  // What the others got after the first count is in the second, and what they lost before the second is in the first.
  const most = Math.max(all, await client.countUnseenKeys(SlotSet.all.minus(hidden)));
  const left = most - others.reduce((sum, count) => sum + count, 0);
  if (left === 0) return none;
  const [only, ...more] = marked;
  return only !== undefined && more.length === 0 && left > 0 ? new Map([[only, left]]) : undefined;
}

/** The slots that the node says are on their way from it. */
function leavingFrom(view: NodeView): SlotSet {
  const leaving = view.self.openSlots.filter(({ direction }) => direction === "migrating");
  return SlotSet.of(leaving.map(({ slot }) => slot));
}

/** The slots of which the node would not tell that it has keys: one that it is sending away, and does not own, too. */
function hiddenAt(view: NodeView): SlotSet {
  if (!hidesKeys(view)) return SlotSet.empty;
  const importing = view.self.openSlots.filter(({ direction }) => direction === "importing");
  return SlotSet.all.minus(view.self.slots).minus(SlotSet.of(importing.map(({ slot }) => slot)));
}
