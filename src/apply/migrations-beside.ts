import { formatAddress } from "../cluster/address.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { AtomicServer } from "./atomic-server.ts";
import { isUnfinished } from "./migration-report.ts";
import type { PairMove } from "./pair-move.ts";

interface Beside {
  readonly server: Pick<AtomicServer, "chief">;
  readonly move: Pick<PairMove, "from" | "to">;
}

/**
 * Unfinished migrations that either node of the pair takes part in, each once. One that the chief says was cancelled is
 * over, although the other has not heard of it: a source of Redis hears of it a second or more later. The other's word
 * ends nothing: a target of Redis begins anew what was cancelled at the source alone, and takes the slots after all.
 */
export async function migrationsBeside(
  { clients }: ApplyContext,
  { server, move: { from, to } }: Beside,
): Promise<readonly SlotMigration[]> {
  const lists = await Promise.all([from, to].map(({ address }) => clients.at(address).migrations()));
  const listed = lists.flat();
  const cancelled = new Set(
    listed.flatMap(({ id, role, outcome }) => (outcome === "cancelled" && role === server.chief ? [id] : [])),
  );
  const byId = new Map(
    listed
      .filter((migration) => isUnfinished(migration) && !cancelled.has(migration.id))
      .map((migration) => [migration.id, migration]),
  );
  return [...byId.values()];
}

/** For a sentence: which slots travel from whom to whom; empty for none. */
export async function namesOfOthers(
  context: ApplyContext,
  { server, move }: Beside & { readonly move: PairMove },
): Promise<string> {
  const named = (id: string): string => {
    const known = [move.from, move.to, ...move.others].find((node) => node.id === id);
    return known ? formatAddress(known.address) : id;
  };
  const others = await migrationsBeside(context, { server, move });
  return others
    .map(({ slots, sourceId, targetId }) => `slots ${slots} from ${named(sourceId)} to ${named(targetId)}`)
    .join(", ");
}
