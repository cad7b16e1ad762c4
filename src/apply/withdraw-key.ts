import keySlot from "cluster-key-slot";
import { keyName } from "../cluster/key.ts";
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
    if (clock.nowMs() - startMs > waitMs) throw notWithdrawn(value.key, { owner, waitMs });
  }
}

function notWithdrawn(
  key: Buffer,
  { owner, waitMs }: { readonly owner: string | undefined; readonly waitMs: number },
): DeadlinePassed {
  const name = JSON.stringify(keyName(key).slice(0, 60));
  return new DeadlinePassed(
    `Clients have changed or deleted ${name} at the source after it was brought to ${owner ?? "the cluster"}, and it could not be deleted there within ${Math.round(waitMs / 1000)} s: what the cluster has of it may be outdated.`,
    {
      code: "import-stuck",
      node: owner,
      hint: "slotctl check says what is wrong with the cluster. Delete the key there once it can be written to, if its value is outdated; then run the same command again: it goes on from here.",
    },
  );
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
