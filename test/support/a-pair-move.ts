import { parseAddress } from "../../src/cluster/address.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import type { PairMove } from "../../src/apply/pair-move.ts";
import { unlimited } from "../../src/apply/pace.ts";
import { aFakeTally } from "./a-fake-tally.ts";
import { idOf } from "./a-cluster.ts";

/** Slots 5-7 from 10.0.0.1:6379 to 10.0.0.2:6379, with ten keys of 100 bytes each; whatever else is given. */
export function aPairMove(changes: Partial<PairMove> = {}): PairMove {
  const from = changes.from ?? { id: idOf("a"), address: parseAddress("10.0.0.1:6379") };
  const to = changes.to ?? { id: idOf("b"), address: parseAddress("10.0.0.2:6379") };
  const slots = changes.slots ?? parseSlots("5-7");
  const mover = changes.mover ?? "redis-atomic";
  return {
    step: { kind: "move-slots", from, to, slots, mover },
    slots,
    from,
    to,
    mover,
    keysInSlot: new Map([...slots].map((slot) => [slot, 10])),
    keyCount: slots.size * 10,
    toAnnounced: to.address,
    others: [],
    toTell: [],
    migrateTimeoutMs: 1000,
    bytesPerKey: 100,
    tally: aFakeTally(),
    pace: unlimited,
    ...changes,
  };
}
