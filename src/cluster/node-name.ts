import { type Address, formatAddress } from "./address.ts";

/** What people call a node: its address, or the start of its id where nobody knows one. */
export function nodeName({
  id,
  address,
}: {
  readonly id: string;
  readonly address: Address | undefined;
}): string {
  return address ? formatAddress(address) : shortId(id);
}

/** The eight characters by which people tell node ids apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/**
 * `a, b and 5 more`: as many names as `width` has room for, but one at least, for the list may be as long
 * as the cluster is big.
 */
export function listNames(names: readonly string[], width = 60): string {
  for (let shown = names.length; shown > 1; shown--) {
    const text = joinNames(names.slice(0, shown), names.length - shown);
    if (text.length <= width) return text;
  }
  return joinNames(names.slice(0, 1), Math.max(0, names.length - 1));
}

function joinNames(shown: readonly string[], hidden: number): string {
  if (hidden > 0) return `${shown.join(", ")} and ${hidden} more`;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
