import type { Key } from "../cluster/key.ts";
import { halfTheTime, type LookClock } from "./half-the-time.ts";
import type { NodeClient } from "./node-client.ts";

/** How many keys of a slot are looked at. */
const LOOKED_AT_MAX = 5000;
const ASKED_AT_ONCE = 200;
const NAMED_MAX = 3;

export interface FoundHotKey {
  readonly key: Key;
  readonly database: number;
  readonly bytes: number | undefined;
  readonly frequency: number | undefined;
}

/**
 * The keys that weigh most in a slot, or with `byUse` those that are used most where the server counts that (an LFU
 * policy); of the first 5,000 that the node lists.
 */
export async function findHotKeys(
  client: Pick<NodeClient, "databases" | "keysIn" | "sizesOf" | "frequenciesOf">,
  { slot, byUse, clock }: { readonly slot: number; readonly byUse: boolean; readonly clock: LookClock },
): Promise<FoundHotKey[]> {
  let found: FoundHotKey[] = [];
  for (const database of await client.databases()) {
    const [keys = []] = await halfTheTime(clock, () =>
      client.keysIn({ slots: [slot], keysMaxOf: () => LOOKED_AT_MAX, database }),
    );
    for (let start = 0; start < keys.length; start += ASKED_AT_ONCE) {
      const some = keys.slice(start, start + ASKED_AT_ONCE);
      const sizes = await halfTheTime(clock, () => client.sizesOf(some, database));
      const uses = byUse ? await halfTheTime(clock, () => client.frequenciesOf(some, database)) : [];
      const looked = some.map((key, at) => ({ key, database, bytes: sizes[at], frequency: uses[at] }));
      found = [...found, ...looked].sort(hottestFirst).slice(0, NAMED_MAX);
    }
  }
  return found;
}

function hottestFirst(a: FoundHotKey, b: FoundHotKey): number {
  return (b.frequency ?? 0) - (a.frequency ?? 0) || (b.bytes ?? 0) - (a.bytes ?? 0);
}
