import { formatAddress } from "../cluster/address.ts";
import { bytesOfKey, type Key, keyName } from "../cluster/key.ts";
import { Refused } from "../errors.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import { differingKeys } from "../wire/differing-keys.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { SizedKeys } from "./key-bites.ts";
import type { PairMove } from "./pair-move.ts";

interface Found {
  readonly step: StepOf<"gather-keys">;
  readonly move: PairMove;
  readonly database: number;
  readonly found: readonly SizedKeys[];
}

/**
 * Decides for keys that the owner of their slot has with another value, as the step says; what gives way is saved
 * before. Keys whose values are equal are only copies.
 *
 * @returns the keys that are left to be sent.
 * @throws Refused when nobody has said which value is to stay.
 */
export async function settleConflicts(context: ApplyContext, work: Found): Promise<readonly SizedKeys[]> {
  const { step, database, found } = work;
  const from = context.clients.at(step.from.address);
  const to = context.clients.at(step.to.address);
  const counts = found.length === 0 ? [] : await to.countKeys(found.map(({ slot }) => slot));
  const settled = new Set<Key>();
  for (const [index, { slot, keys }] of found.entries()) {
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    const [names = []] = await to.keysIn({ slots: [slot], keysMaxOf: () => count * 2, database });
    const there = new Set(names.map(textOf));
    const shared = keys.filter((key) => there.has(textOf(key)));
    const differing = await differingKeys({ one: from, other: to }, { keys: shared, database });
    if (differing.length > 0 && step.onConflict === "refuse") throw undecided(step, differing);
    for (const key of differing) {
      await settle(context, { ...work, key, slot });
      settled.add(key);
    }
  }
  return settled.size === 0 ? found : found.map((each) => without(each, settled));
}

function without({ slot, keys, sizes }: SizedKeys, settled: ReadonlySet<Key>): SizedKeys {
  const isLeft = keys.map((key) => !settled.has(key));
  return {
    slot,
    keys: keys.filter((_, index) => isLeft[index]),
    sizes: sizes.filter((_, index) => isLeft[index]),
  };
}

async function settle(
  context: ApplyContext,
  { step, move, database, key, slot }: Found & { readonly key: Key; readonly slot: number },
): Promise<void> {
  const loser = step.onConflict === "keep-owner" ? step.from : step.to;
  const isSaved = await save(context, { key, slot, database, node: loser });
  const from = context.clients.at(step.from.address);
  if (step.onConflict === "keep-owner") {
    if (isSaved) await from.deleteKeys([key], database);
    return;
  }
  const { toAnnounced, migrateTimeoutMs: timeoutMs } = move;
  await from.migrateKeys({ to: toAnnounced, keys: [key], database, timeoutMs, replace: true });
}

/** @returns false where there is nothing to save: it has expired. */
async function save(
  context: ApplyContext,
  { key, slot, database, node }: { key: Key; slot: number; database: number; node: NodeRef },
): Promise<boolean> {
  const client = context.clients.at(node.address);
  const [ttlMs] = await client.ttlsOf([key], database);
  const [dump] = await client.dumpKeys([key], database);
  if (dump === undefined) return false;
  await context.saveValue({
    key,
    slot,
    database,
    nodeId: node.id,
    node: formatAddress(node.address),
    ttlMs,
    dump,
  });
  return true;
}

function textOf(key: Key): string {
  return bytesOfKey(key).toString("latin1");
}

function undecided({ from, to }: StepOf<"gather-keys">, keys: readonly Key[]): Refused {
  const names = keys.slice(0, 3).map((key) => JSON.stringify(keyName(key).slice(0, 60)));
  const more = keys.length > names.length ? ` and ${keys.length - names.length} more` : "";
  const owner = formatAddress(to.address);
  return new Refused(
    `${formatAddress(from.address)} and ${owner} have different values of ${names.join(", ")}${more}.`,
    {
      code: "keys-differ",
      node: owner,
      hint: `Look at both; --on-conflict keep-owner keeps those of ${owner}, --on-conflict keep-other the others, and what gives way is saved to a file first.`,
    },
  );
}
