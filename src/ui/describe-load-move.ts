import type { Topology } from "../cluster/topology.ts";
import type { LoadBalance, LoadMove, ShardBalance } from "../plan/load-balance.ts";
import { countOf, formatBytes } from "./format-number.ts";
import { formatLoad } from "./load-words.ts";
import { nameInTopology } from "./name-in-topology.ts";

/** Why slots go from one shard to another, as sentences. */
export function describeLoadMove(
  move: LoadMove,
  { balance, basis }: { readonly balance: LoadBalance; readonly basis: Topology },
): string {
  const name = (id: string) => nameInTopology(basis, id);
  const shard = (id: string) => balance.shards.find((each) => each.id === id);
  const load = (amount: number) => formatLoad(balance.by, amount);
  const [from, to] = [name(move.fromId), name(move.toId)];
  const [source, target] = [shard(move.fromId), shard(move.toId)];
  const lacks = target ? lackText(target, { name: to, load }) : "";
  switch (move.why) {
    case "empties":
      return `${from} has weight 0 and is emptied. ${lacks}`;
    case "parts-hot-slots":
      return (
        `A slot that carries more than a shard should stays as alone as can be: ${from} has another such slot, or a ` +
        `smaller share, and ${to} has least to clear away for it.`
      );
    case "makes-room":
      return `${from} gets a heavy slot that fits nowhere as it is, and makes room for it. ${lacks}`;
    case "relieves":
      return `${source ? overText(source, { name: from, load }) : ""} ${lacks}`;
    case "fills":
      return `${lacks} ${from} can spare it: it comes to ${load(source?.after ?? 0)}, and ${load(source?.least ?? 0)} is enough.`;
    case "exchanges":
      return `${from} and ${to} are within their bands, and exchange slots so that heavier ones fit. ${lacks}`;
  }
}

/** How much a move takes along: `2 slots, 34 MB, 200 keys`. */
export function loadMoveAmount({ slots, load, keys, bytes }: LoadMove, { by }: LoadBalance): string {
  const parts = [countOf(slots, "slot")];
  if (by !== "slots") parts.push(formatLoad(by, load));
  if (by !== "keys") parts.push(countOf(keys, "key"));
  if (by !== "memory") parts.push(`about ${formatBytes(bytes)}`);
  return parts.join(", ");
}

interface Words {
  readonly name: string;
  readonly load: (amount: number) => string;
}

function overText({ before, most }: ShardBalance, { name, load }: Words): string {
  return `${name} carries ${load(before)}, ${load(before - most)} more than the ${load(most)} that it may.`;
}

function lackText({ before, least, most, after }: ShardBalance, { name, load }: Words): string {
  if (before < least)
    return `${name} carries ${load(before)} and lacks ${load(least - before)}; it comes to ${load(after)}.`;
  return `${name} carries ${load(before)} and has room up to ${load(most)}; it comes to ${load(after)}.`;
}
