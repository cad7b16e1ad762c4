import { setTimeout as sleep } from "node:timers/promises";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { isOperational } from "../errors.ts";
import type { HotSlotFound, LoadBalance } from "../plan/load-balance.ts";
import { findHotKeys } from "../wire/find-hot-keys.ts";
import type { LoadClients } from "./measure-load.ts";

/** How many of the hottest slots are looked into. */
const LOOKED_INTO_MAX = 5;

/** Finds the keys that make slots hot, as far as that is cheap; what a node does not tell is left out. */
export async function nameHotKeys(
  balance: LoadBalance,
  { topology, clients }: { readonly topology: Topology; readonly clients: LoadClients },
): Promise<LoadBalance> {
  const clock = { nowMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
  const byUse = balance.by !== "memory" && balance.by !== "keys";
  const named: HotSlotFound[] = [];
  for (const hot of balance.hot) {
    const address = nodeById(topology, hot.fromId)?.view?.address;
    const isLookedInto = named.length < LOOKED_INTO_MAX && address !== undefined;
    const keys = isLookedInto
      ? findHotKeys(clients.at(address), { slot: hot.slot, byUse, clock }).catch(whatIsNotTold)
      : Promise.resolve([]);
    named.push({ ...hot, hotKeys: await keys });
  }
  return { ...balance, hot: named };
}

/** The plan stands without the names. */
function whatIsNotTold(error: unknown): never[] {
  if (isOperational(error)) return [];
  throw error;
}
