import type { Key } from "../cluster/key.ts";
import type { NodeClient } from "./node-client.ts";
import { halfTheTime, type LookClock } from "./half-the-time.ts";
import type { Room } from "./room.ts";

/** Keys whose sizes are asked for at once: a node answers nobody else meanwhile, for well under a millisecond. */
const SIZES_AT_ONCE = 200;
/** Keys listed at once, where slots hold few. */
const KEYS_LISTED = 2000;
const COUNTS_AT_ONCE = 1000;

export interface SlotsToSurvey {
  readonly slots: readonly number[];
  /** Of a slot that holds more keys only so many are looked at: there is no asking for the others. */
  readonly slotKeysMax: number;
  /** For the names that all surveys together hold at once. */
  readonly room: Room;
  readonly clock: LookClock;
  readonly onCount: (keys: number) => void;
  readonly onKey: (key: FoundKey) => void;
}

export interface FoundKey {
  readonly key: Key;
  readonly slot: number;
  readonly database: number;
  readonly bytes: number;
}

type SurveyClient = Pick<NodeClient, "databases" | "countKeys" | "keysIn" | "sizesOf">;

/**
 * Looks at the keys that a node holds in some slots: how many there are, and how large each is as far as the
 * node tells.
 */
export async function surveySlots(client: SurveyClient, survey: SlotsToSurvey): Promise<void> {
  const counted: CountedSlot[] = [];
  for (let start = 0; start < survey.slots.length; start += COUNTS_AT_ONCE) {
    const slots = survey.slots.slice(start, start + COUNTS_AT_ONCE);
    const counts = await halfTheTime(survey.clock, () => client.countKeys(slots));
    slots.forEach((slot, index) => counted.push({ slot, keys: counts[index] ?? 0 }));
  }
  survey.onCount(counted.reduce((sum, { keys }) => sum + keys, 0));
  const databases = await client.databases();
  for (const group of inGroups(counted)) {
    for (const database of databases) await surveyGroup(client, survey, { group, database });
  }
}

interface CountedSlot {
  readonly slot: number;
  readonly keys: number;
}

/** Slots whose keys are listed together; one with many keys is alone. */
function inGroups(counted: readonly CountedSlot[]): CountedSlot[][] {
  const groups: CountedSlot[][] = [];
  let room = 0;
  for (const each of counted) {
    if (each.keys === 0) continue;
    if (each.keys > room) {
      groups.push([]);
      room = KEYS_LISTED;
    }
    groups.at(-1)?.push(each);
    room -= each.keys;
  }
  return groups;
}

async function surveyGroup(
  client: SurveyClient,
  { slotKeysMax, room, clock, onKey }: SlotsToSurvey,
  { group, database }: { readonly group: readonly CountedSlot[]; readonly database: number },
): Promise<void> {
  const slots = group.map(({ slot }) => slot);
  const keysOf = new Map(group.map(({ slot, keys }) => [slot, keys]));
  const keysMaxOf = (slot: number) => Math.min(slotKeysMax, keysOf.get(slot) ?? 0);
  const keysMax = slots.reduce((sum, slot) => sum + keysMaxOf(slot), 0);
  await room.during(Math.min(keysMax, room.size), async () => {
    const lists = await halfTheTime(clock, () => client.keysIn({ slots, keysMaxOf, database }));
    for (const [index, slot] of slots.entries()) {
      const keys = lists[index] ?? [];
      for (let start = 0; start < keys.length; start += SIZES_AT_ONCE) {
        const some = keys.slice(start, start + SIZES_AT_ONCE);
        const sizes = await halfTheTime(clock, () => client.sizesOf(some, database));
        some.forEach((key, at) => {
          const bytes = sizes[at];
          if (bytes !== undefined) onKey({ key, slot, database, bytes });
        });
      }
    }
  });
}
