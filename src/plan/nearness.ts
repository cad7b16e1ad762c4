import type { Place } from "../cluster/place.ts";

/**
 * How much two nodes would be lost together: more than all narrower levels together where a wider one is shared, for
 * a zone takes its racks and hosts along. What is not known is not shared.
 */
export function nearness(one: Place | undefined, other: Place | undefined): number {
  if (!one || !other) return 0;
  return (
    (isShared(one.zone, other.zone) ? 4 : 0) +
    (isShared(one.rack, other.rack) && !isOtherZone(one, other) ? 2 : 0) +
    (isShared(one.host, other.host) ? 1 : 0)
  );
}

function isShared(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other;
}

/** Racks are numbered within a zone: r1 of one zone is another than r1 of the next. */
function isOtherZone(one: Place, other: Place): boolean {
  return one.zone !== undefined && other.zone !== undefined && one.zone !== other.zone;
}
