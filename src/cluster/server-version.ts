import type { Engine, NodeView } from "./node-view.ts";

/** An engine from a version on, major and minor. */
export interface ServerFrom {
  readonly engine: Engine;
  readonly from: readonly [major: number, minor: number];
}

/** Whether a node runs that engine, of that version or a later one. Of an unknown version nothing holds. */
export function isServerFrom(
  { engine, version }: Pick<NodeView, "engine" | "version">,
  { engine: wanted, from: [major, minor] }: ServerFrom,
): boolean {
  const [ownMajor = Number.NaN, ownMinor = Number.NaN] = version.split(".").map(Number);
  return engine === wanted && (ownMajor > major || (ownMajor === major && ownMinor >= minor));
}
