import { migrationsIn } from "./migrations-in.ts";
import type { Problem } from "./problem.ts";
import { nodeById, type Topology } from "./topology.ts";

/** Atomic migrations that are not over: most end by themselves, and some begin anew for ever. */
export function problemsOfMigrations(topology: Topology): Problem[] {
  return migrationsIn(topology).map(({ id, sourceId, targetId, slots, state, reason, outcome }): Problem => {
    const evidence = {
      nodeIds: [sourceId, targetId],
      slots,
      migrationId: id,
      sourceId,
      targetId,
      engine: (nodeById(topology, targetId)?.view ?? nodeById(topology, sourceId)?.view)?.engine ?? "redis",
      state,
      reason,
    };
    return outcome === "retrying"
      ? { ...evidence, code: "slots-migration-failing", severity: "warning" }
      : { ...evidence, code: "slots-migrating", severity: "info" };
  });
}
