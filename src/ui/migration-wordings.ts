import type { ProblemOf } from "../cluster/problem.ts";
import { nameInTopology } from "./name-in-topology.ts";
import type { ProblemContext, Wordings } from "./problem-wording.ts";
import { serverCommand } from "./server-command.ts";
import { slotsText } from "./slots-text.ts";

type MigrationCode = "slots-migrating" | "slots-migration-failing";

export const migrationWordings: Wordings<MigrationCode> = {
  "slots-migrating": (problem, context) => ({
    message: `An atomic migration is under way: ${wayText(problem, context)} (${problem.state}).`,
    hint: `It ends by itself. To wait for it: slotctl fix ${context.seed}; to cancel it: ${cancelCommand(problem, context)}`,
  }),
  "slots-migration-failing": (problem, context) => ({
    message: `An atomic migration fails and begins anew, again and again: ${wayText(problem, context)}${reasonText(problem)}.`,
    hint: `Put the reason right and finish it: slotctl fix ${context.seed}; or cancel it: ${cancelCommand(problem, context)}`,
  }),
};

function wayText(
  { slots, sourceId, targetId }: ProblemOf<MigrationCode>,
  { topology }: ProblemContext,
): string {
  return `${slotsText(slots)} from ${nameInTopology(topology, sourceId)} to ${nameInTopology(topology, targetId)}`;
}

function reasonText({ reason }: ProblemOf<MigrationCode>): string {
  return reason === "" ? "" : ` (${reason.replace(/\.$/, "")})`;
}

/** Redis begins anew unless its target is told. Valkey is told at the source, and ends all that it sends. */
function cancelCommand(
  { engine, sourceId, targetId, migrationId }: ProblemOf<MigrationCode>,
  context: ProblemContext,
): string {
  return engine === "valkey"
    ? serverCommand(sourceId, "CLUSTER CANCELSLOTMIGRATIONS", context)
    : serverCommand(targetId, `CLUSTER MIGRATION CANCEL ID ${migrationId}`, context);
}
