import type { LackingCommand, NeededCommand } from "../cluster/needed-command.ts";
import type { Command } from "./command.ts";
import type { Connection } from "./connection.ts";
import { denialHint, denialReason, isNoPermission } from "./denial.ts";
import { isUnknownCommand, ReplyError } from "./reply-errors.ts";

/**
 * Each command in a form that no server carries out: with a slot, port, epoch or node that cannot be, or without a key.
 * What a node answers tells all the same whether it has the command and lets us run it, for it looks at that first.
 * Tried with Redis 6.0 to 8.6 and Valkey 9.1. CONFIG REWRITE and CLUSTER BUMPEPOCH have no such form.
 */
const REHEARSALS: Readonly<Record<NeededCommand, Command>> = {
  "CLUSTER MEET": ["CLUSTER", "MEET", "x", 0],
  "CLUSTER ADDSLOTS": ["CLUSTER", "ADDSLOTS", 16_384],
  "CLUSTER DELSLOTS": ["CLUSTER", "DELSLOTS", 16_384],
  "CLUSTER SETSLOT": ["CLUSTER", "SETSLOT", 16_384, "STABLE"],
  "CLUSTER SET-CONFIG-EPOCH": ["CLUSTER", "SET-CONFIG-EPOCH", -1],
  "CLUSTER REPLICATE": ["CLUSTER", "REPLICATE", "x"],
  "CLUSTER FAILOVER": ["CLUSTER", "FAILOVER", "x"],
  "CLUSTER FORGET": ["CLUSTER", "FORGET", "x"],
  "CLUSTER RESET": ["CLUSTER", "RESET", "x"],
  "CLUSTER COUNTKEYSINSLOT": ["CLUSTER", "COUNTKEYSINSLOT", 16_384],
  "CLUSTER GETKEYSINSLOT": ["CLUSTER", "GETKEYSINSLOT", 16_384, 1],
  // Without MULTI before it there is nothing to carry out.
  EXEC: ["EXEC"],
  PING: ["PING"],
  SELECT: ["SELECT", "x"],
  MIGRATE: ["MIGRATE", "", 1, "", 0, 1, "KEYS"],
  // What MIGRATE sends to a node of a cluster. A time to live below 0 is refused, if it comes to that.
  "RESTORE-ASKING": ["RESTORE-ASKING", "slotctl", -1, "x"],
  "CONFIG GET": ["CONFIG", "GET", "slotctl-rehearsal"],
  "CONFIG SET": ["CONFIG", "SET", "slotctl-rehearsal", "1"],
  "FUNCTION RESTORE": ["FUNCTION", "RESTORE", "x"],
};

/** Asks a node in one round trip which of the commands it would not carry out for us. Changes nothing. */
export async function rehearseCommands(
  connection: Connection,
  commands: readonly NeededCommand[],
): Promise<LackingCommand[]> {
  const replies = await connection.send(commands.map((command) => REHEARSALS[command]));
  return commands.flatMap((command, index): LackingCommand[] => {
    const reply = replies[index];
    if (!(reply instanceof ReplyError)) return [];
    if (isNoPermission(reply)) {
      const denial = { user: connection.user, command };
      const reason = denialReason(reply.message, denial);
      return [{ command, why: "denied", reason, hint: denialHint(reply.message, denial) }];
    }
    if (isUnknownCommand(reply)) {
      return [{ command, why: "missing", reason: missingReason(command), hint: MISSING_HINT }];
    }
    return [];
  });
}

/** Of a command that a node does not know: every server that slotctl is for has it. */
export function missingReason(command: string): string {
  return `it has no command ${command}: renamed or removed in its configuration, or a proxy answers there`;
}

export const MISSING_HINT =
  "Take rename-command out of that node's configuration and restart it; ACL rules keep others from a command as well.";
