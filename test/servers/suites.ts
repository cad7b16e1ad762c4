import type { Engine } from "./test-server.ts";

/** A Debian suite and what is taken from it. */
export interface Suite {
  readonly name: string;
  readonly engines: readonly Engine[];
  /** A second suite for what the first one does not have: experimental only holds what differs from sid. */
  readonly librariesFrom?: string;
  /** Debian moves old suites away from its main archive; losing this one is reported but is no failure. */
  readonly mayBeGone: boolean;
}

export const suites: readonly Suite[] = [
  { name: "bullseye", engines: ["redis"], mayBeGone: true },
  { name: "bookworm", engines: ["redis"], mayBeGone: false },
  { name: "trixie", engines: ["redis", "valkey"], mayBeGone: false },
  { name: "experimental", engines: ["redis"], librariesFrom: "sid", mayBeGone: false },
  { name: "sid", engines: ["valkey"], mayBeGone: false },
];

export function packagesOf({ engines }: Suite): string[] {
  return engines.flatMap((engine) => [`${engine}-server`, `${engine}-tools`]);
}
