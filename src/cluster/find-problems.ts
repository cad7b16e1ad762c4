import { type Problem, SEVERITIES } from "./problem.ts";
import { problemsOfMigrations } from "./problems-of-migrations.ts";
import { problemsOfNodes } from "./problems-of-nodes.ts";
import { problemsOfReplication } from "./problems-of-replication.ts";
import { problemsOfSettings } from "./problems-of-settings.ts";
import { problemsOfShards } from "./problems-of-shards.ts";
import { problemsOfSlots } from "./problems-of-slots.ts";
import { problemsOfViews } from "./problems-of-views.ts";
import { reachedNodes, type Topology } from "./topology.ts";

/**
 * Everything that is wrong with a cluster, the most severe first. Each finder judges the whole topology by
 * itself, so that no problem hides another. Where no node answers nothing is known, and nothing is said.
 */
export function findProblems(topology: Topology): Problem[] {
  if (reachedNodes(topology).length === 0) return [];
  return [
    ...problemsOfSlots(topology),
    ...problemsOfMigrations(topology),
    ...problemsOfViews(topology),
    ...problemsOfNodes(topology),
    ...problemsOfReplication(topology),
    ...problemsOfShards(topology),
    ...problemsOfSettings(topology),
  ].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      (a.code < b.code ? -1 : Number(a.code > b.code)),
  );
}
