import { hash } from "node:crypto";
import type { ConflictRule } from "../plan/import.ts";
import type { FoundValue, ImportTarget } from "../wire/import-target.ts";
import { lookInPieces } from "./look-in-pieces.ts";
import type { LookingRoom } from "./looking-room.ts";
import type { Outcome, Parcel } from "./parcel.ts";
import { isSameKeyValue } from "./same-key-value.ts";

interface Settling {
  readonly target: ImportTarget;
  /** For the values that are looked at. */
  readonly room: LookingRoom;
  readonly outcomes: Map<Parcel, Outcome>;
  readonly rule: ConflictRule;
}

/** Decides on keys that the cluster has already. One that gets no outcome is tried again. */
export async function settleExisting(parcels: readonly Parcel[], settling: Settling): Promise<void> {
  const { target, room, outcomes } = settling;
  await lookInPieces(parcels, {
    target,
    room,
    keyOf: ({ value }) => value.key,
    deal: async (parcel, there) => {
      if (there === undefined || there === "elsewhere") return;
      const outcome = await settle(parcel, there, settling);
      if (outcome !== undefined) outcomes.set(parcel, outcome);
    },
  });
}

async function settle(
  parcel: Parcel,
  there: FoundValue,
  { target, rule }: Settling,
): Promise<Outcome | undefined> {
  const { value, before } = parcel;
  const isSame = await isSameKeyValue(value, there, target);
  if (isSame === "elsewhere") return undefined;
  if (isSame) return parcel.mayBeThere ? (parcel.seen ? "replaced" : "written") : "identical";
  const isOurs = before ? await isSameKeyValue(before, there, target) : false;
  if (isOurs === "elsewhere") return undefined;
  if (isOurs) return (await target.exchange(value, there.dump)) === "stored" ? "written" : undefined;
  if (rule === "skip") return "skipped";
  // What may have been ours a moment ago has been written by a client since: that is not what --replace was said of.
  const digest = hash("sha1", there.dump);
  const isLaterThanOurs = parcel.mayBeThere && parcel.seen !== digest;
  if (rule === "stop" || isLaterThanOurs) return "conflict";
  parcel.seen = digest;
  return (await target.exchange(value, there.dump)) === "stored" ? "replaced" : undefined;
}
