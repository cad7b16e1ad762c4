import keySlot from "cluster-key-slot";
import { DeadlinePassed, isNodeLost } from "../errors.ts";
import type { KeyValue } from "../wire/import-source.ts";
import type { ImportContext } from "./import-context.ts";
import { lookInPieces } from "./look-in-pieces.ts";
import { isSameKeyValue } from "./same-key-value.ts";

const PAUSE_MS = 50;

/** Deletes in the cluster what was brought there, unless somebody has written it since. */
export async function withdrawKey(value: KeyValue, context: ImportContext): Promise<void> {
  const { targets, clock, waitMs } = context;
  const slot = keySlot(value.key);
  for (const startMs = clock.nowMs(); ;) {
    const owner = targets.ownerOf(slot);
    try {
      if (owner !== undefined && (await withdrawFrom(owner, value, context))) return;
      await clock.sleep(PAUSE_MS);
      await targets.refresh();
    } catch (error) {
      if (!isNodeLost(error)) throw error;
      await clock.sleep(PAUSE_MS);
    }
    if (clock.nowMs() - startMs > waitMs) {
      throw new DeadlinePassed(
        `A key that clients have deleted at the source could not be deleted in the cluster within ${Math.round(waitMs / 1000)} s.`,
        { code: "import-stuck", node: owner, hint: "slotctl check says what is wrong with the cluster." },
      );
    }
  }
}

/** Whether the key is what it should be there: gone, or somebody else's. */
async function withdrawFrom(
  owner: string,
  value: KeyValue,
  { targets, looking }: ImportContext,
): Promise<boolean> {
  const target = await targets.open(owner);
  let isDone = false;
  await lookInPieces([value], {
    target,
    room: looking,
    keyOf: ({ key }) => key,
    deal: async (_, there) => {
      const isOurs = there && there !== "elsewhere" ? await isSameKeyValue(value, there, target) : false;
      if (there === "elsewhere" || isOurs === "elsewhere") return;
      isDone = !there || !isOurs || (await target.withdraw(value.key, there.dump));
    },
  });
  return isDone;
}
