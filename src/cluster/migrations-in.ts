import type { SlotMigration } from "./slot-migration.ts";
import { primariesOf, type Topology } from "./topology.ts";

/**
 * The atomic migrations that primaries report as not over, each once: the target's word first, for only the
 * target knows whether it begins anew.
 */
export function migrationsIn(topology: Topology): SlotMigration[] {
  const reported = primariesOf(topology).flatMap(({ view }) => view?.migrations ?? []);
  const byId = new Map<string, SlotMigration>();
  for (const migration of reported) {
    if (migration.outcome !== "running" && migration.outcome !== "retrying") continue;
    if (migration.role === "target" || !byId.has(migration.id)) byId.set(migration.id, migration);
  }
  return [...byId.values()];
}
