import type { KeyValue } from "../wire/import-source.ts";
import type { FoundValue, ImportTarget } from "../wire/import-target.ts";
import { sameValue } from "../wire/same-value.ts";

/** Before Redis 7.0 a server says how long a key still lives, and what that means is known only so exactly. */
const ENDS_SLACK_MS = 50;

/**
 * Whether the cluster's value is the source's: same value, and ending at the same moment. Servers of different versions
 * write one value in different ways, so where the bytes differ the target writes the source's its own way.
 */
export async function isSameKeyValue(
  value: KeyValue,
  found: FoundValue,
  target: ImportTarget,
): Promise<boolean | "elsewhere"> {
  if (!endsTogether(value.endsAtMs, found.endsAtMs)) return false;
  if (sameValue(value.dump, found.dump)) return true;
  const rewritten = await target.rewrite(value);
  return rewritten === "elsewhere" ? rewritten : sameValue(rewritten, found.dump);
}

function endsTogether(a: number, b: number): boolean {
  return a < 0 || b < 0 ? a < 0 && b < 0 : Math.abs(a - b) <= ENDS_SLACK_MS;
}
