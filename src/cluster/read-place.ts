import type { Place } from "./place.ts";

/** What a pattern with groups named host, rack or zone finds in a host name. */
export function readPlace(hostname: string | undefined, pattern: RegExp | undefined): Place {
  const groups = hostname === undefined ? undefined : pattern?.exec(hostname)?.groups;
  return { host: groups?.["host"], rack: groups?.["rack"], zone: groups?.["zone"] };
}
