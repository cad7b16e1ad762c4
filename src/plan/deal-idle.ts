import type { LoadedShard } from "./loaded-shard.ts";
import { shareSlots } from "./share-slots.ts";

/**
 * Slots of shards that are to be emptied and that carry nothing weigh the same everywhere: they are shared out by the
 * weights, neighbours together. Slots that carry nothing in other shards stay, for moving them would change nothing.
 */
export function dealIdle(shards: readonly LoadedShard[]): Map<number, string> {
  const idle = shards
    .filter(({ weight }) => weight === 0)
    .flatMap(({ slots }) => slots.filter(({ load }) => load <= 0).map(({ slot }) => slot))
    .sort((a, b) => a - b);
  if (idle.length === 0) return new Map();
  const takers = shards.filter(({ weight }) => weight > 0);
  const shares = shareSlots({ total: idle.length, weights: takers });
  const goals = [...shares].flatMap(([id, count]) => new Array<string>(count).fill(id));
  return new Map(idle.map((slot, at) => [slot, goals[at] ?? ""]));
}
