import { formatAddress } from "../cluster/address.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { ApplyContext } from "./apply-context.ts";
import { isUnfinished } from "./migration-report.ts";
import type { PairMove } from "./pair-move.ts";

/**
 * Unfinished migrations that either node of the pair takes part in, each once. One that a node says was cancelled is
 * over, although the other has not heard of it: a source of Redis hears of it a second or more later.
 */
export async function migrationsBeside(
  { clients }: ApplyContext,
  { from, to }: Pick<PairMove, "from" | "to">,
): Promise<readonly SlotMigration[]> {
  const lists = await Promise.all([from, to].map(({ address }) => clients.at(address).migrations()));
  const listed = lists.flat();
  const cancelled = new Set(listed.flatMap(({ id, outcome }) => (outcome === "cancelled" ? [id] : [])));
  const byId = new Map(
    listed
      .filter((migration) => isUnfinished(migration) && !cancelled.has(migration.id))
      .map((migration) => [migration.id, migration]),
  );
  return [...byId.values()];
}

/** For a sentence: which slots travel from whom to whom; empty for none. */
export async function namesOfOthers(context: ApplyContext, move: PairMove): Promise<string> {
  const named = (id: string): string => {
    const known = [move.from, move.to, ...move.others].find((node) => node.id === id);
    return known ? formatAddress(known.address) : id;
  };
  const others = await migrationsBeside(context, move);
  return others
    .map(({ slots, sourceId, targetId }) => `slots ${slots} from ${named(sourceId)} to ${named(targetId)}`)
    .join(", ");
}
