import { formatAddress } from "../cluster/address.ts";
import { bytesOfKey, type Key, keyName } from "../cluster/key.ts";
import { PartlyDone } from "../errors.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import { compareKeys } from "../wire/differing-keys.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { SizedKeys } from "./key-bites.ts";

interface Found {
  readonly step: StepOf<"gather-keys">;
  readonly database: number;
  readonly found: readonly SizedKeys[];
}

/**
 * Decides for keys that the owner of their slot has with another value, as the step says; what gives way is saved
 * before. Keys whose values are equal are only copies: the holder's goes, for clients may change the owner's.
 *
 * @returns the keys that are left to be sent.
 * @throws PartlyDone when nobody has said which value is to stay: slots have their owners by now, or are marked.
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
    const { equal, differing } = await compareKeys({ one: from, other: to }, { keys: shared, database });
    if (differing.length > 0 && step.onConflict === "refuse") throw undecided(step, differing);
    await from.deleteKeys(equal, database);
    for (const key of equal) settled.add(key);
    for (const key of differing) {
      if (!(await makesWay(context, { ...work, key, slot }))) settled.add(key);
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

/**
 * Saves the value that loses, and deletes it. Clients write at the owner all the while: what is not the value that was
 * saved stays there, and is looked at again.
 *
 * @returns whether the key is to be sent now.
 */
async function makesWay(
  context: ApplyContext,
  { step, database, key, slot }: Found & { readonly key: Key; readonly slot: number },
): Promise<boolean> {
  const isOwnersKept = step.onConflict === "keep-owner";
  const loser = isOwnersKept ? step.from : step.to;
  const dump = await save(context, { key, slot, database, node: loser });
  if (dump === undefined) return !isOwnersKept;
  const client = context.clients.at(loser.address);
  if (!isOwnersKept) return await client.deleteUnchanged(key, { dump, database });
  await client.deleteKeys([key], database);
  return false;
}

/** @returns undefined where there is nothing to save: it has expired. */
async function save(
  context: ApplyContext,
  { key, slot, database, node }: { key: Key; slot: number; database: number; node: NodeRef },
): Promise<Buffer | undefined> {
  const client = context.clients.at(node.address);
  const [ttlMs] = await client.ttlsOf([key], database);
  const [dump] = await client.dumpKeys([key], database);
  if (dump === undefined) return undefined;
  await context.saveValue({
    key,
    slot,
    database,
    nodeId: node.id,
    node: formatAddress(node.address),
    ttlMs,
    dump,
  });
  return dump;
}

function textOf(key: Key): string {
  return bytesOfKey(key).toString("latin1");
}

function undecided({ from, to }: StepOf<"gather-keys">, keys: readonly Key[]): PartlyDone {
  const names = keys.slice(0, 3).map((key) => JSON.stringify(keyName(key).slice(0, 60)));
  const more = keys.length > names.length ? ` and ${keys.length - names.length} more` : "";
  const owner = formatAddress(to.address);
  return new PartlyDone(
    `${formatAddress(from.address)} and ${owner} have different values of ${names.join(", ")}${more}.`,
    {
      code: "keys-differ",
      node: owner,
      hint: `Look at both, then run the same command again with a decision: --on-conflict keep-owner keeps those of ${owner}, --on-conflict keep-other the others, and what gives way is saved to a file first.`,
    },
  );
}
