import type { NodeView } from "./node-view.ts";
import type { Severity } from "./problem.ts";

/** A setting that the nodes of a cluster should agree on. */
export interface Setting {
  /** Its spellings for CONFIG GET. The first is its key in a view's `settings`, whichever the server knows. */
  readonly names: readonly [string, ...string[]];
  /** A view holds a digest instead, the same for the same secret in one run; an empty secret stays empty. */
  readonly secret: boolean;
  /** How bad it is when nodes differ. */
  readonly severity: Severity;
}

/**
 * All of them are known to CONFIG GET under the first name from Redis 6.0 to 8.6 and Valkey 8.1 to 9.1; the
 * names that Valkey prefers stand behind. A node that reports no value is left out of the comparison.
 */
export const COMPARED_SETTINGS: readonly Setting[] = [
  setting("warning", ["requirepass"], { secret: true }),
  setting("warning", ["masterauth", "primaryauth"], { secret: true }),
  setting("warning", ["masteruser", "primaryuser"]),
  setting("warning", ["cluster-node-timeout"]),
  setting("warning", ["cluster-require-full-coverage"]),
  setting("warning", ["cluster-replica-validity-factor"]),
  setting("info", ["cluster-migration-barrier"]),
  setting("info", ["cluster-allow-reads-when-down"]),
  setting("warning", ["maxmemory"]),
  setting("warning", ["maxmemory-policy"]),
  setting("warning", ["min-replicas-to-write"]),
  setting("info", ["min-replicas-max-lag"]),
  setting("warning", ["tls-cluster"]),
  setting("warning", ["tls-replication"]),
  setting("info", ["appendonly"]),
  setting("info", ["save"]),
  setting("info", ["repl-backlog-size"]),
  setting("info", ["client-output-buffer-limit"]),
  setting("info", ["maxclients"]),
  setting("info", ["timeout"]),
  setting("info", ["proto-max-bulk-len"]),
  setting("info", ["notify-keyspace-events"]),
];

/** What the node has it set to; undefined where it was not asked for or the node knows no such setting. */
export function settingIn(view: NodeView, name: string): string | undefined {
  return view.settings?.get(name);
}

function setting(severity: Severity, names: Setting["names"], { secret = false } = {}): Setting {
  return { names, secret, severity };
}
