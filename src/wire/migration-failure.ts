import { type Address, formatAddress } from "../cluster/address.ts";
import { isDemotedReason } from "../cluster/migration-reasons.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { NodeFailed } from "../errors.ts";
import {
  isMigrationBusy,
  isMigrationUnable,
  isOwnedElsewhere,
  isSlotOpen,
  type ReplyError,
} from "./reply-errors.ts";

/** Why a node did not begin an atomic migration; the code decides what can be done about it. */
export function startFailure(reply: ReplyError, address: Address): NodeFailed {
  const node = formatAddress(address);
  const reason = reply.message.replace(/^ERR /, "").replace(/\.$/, "");
  const { code, hint } = adviceOn(reply);
  const message = `${node} did not begin an atomic migration: ${reason}.`;
  return new NodeFailed(message, { code, node, hint, reason, cause: reply });
}

function adviceOn(reply: ReplyError): { code: string; hint: string } {
  if (isDemotedReason(reply.message)) {
    return { code: "failed-over", hint: "Run the same command again: it plans with the roles of now." };
  }
  if (isMigrationUnable(reply)) {
    return { code: "atomic-unavailable", hint: "Run the same command with --mover classic." };
  }
  if (isMigrationBusy(reply)) {
    return { code: "migration-busy", hint: "Once the other migration is over, run the same command again." };
  }
  if (isSlotOpen(reply)) {
    return {
      code: "slots-open",
      hint: "slotctl fix closes open slots. Then run the same command again.",
    };
  }
  if (isOwnedElsewhere(reply)) {
    return {
      code: "slots-moved-meanwhile",
      hint: "Run the same command again to plan with the cluster as it is now.",
    };
  }
  return { code: "command-failed", hint: "Once the cause is gone, run the same command again." };
}

/** Valkey can cancel all migrations of a source, or none. */
export function migrationsOfOthers(address: Address, others: readonly SlotMigration[]): NodeFailed {
  const node = formatAddress(address);
  const slots = others.map((other) => String(other.slots)).join(",");
  return new NodeFailed(
    `${node} can only cancel all of its migrations at once, and it also migrates slots ${slots} for somebody else.`,
    {
      code: "migrations-of-others",
      node,
      hint: `CLUSTER CANCELSLOTMIGRATIONS at ${node} ends all of them. Not while one of them is in state failover-granted: writes of that moment would be lost.`,
    },
  );
}

/** Its target takes over at this moment. */
export function migrationGranted(address: Address): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(
    `${node} has granted the slots of a migration to its target, which takes them over.`,
    {
      code: "migration-granted",
      node,
      hint: "Run the same command again: it looks at who owns the slots and goes on from there.",
    },
  );
}

/** It said OK, and knows of no such migration right after. */
export function migrationUnknown(address: Address): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(`${node} began an atomic migration and does not list it.`, {
    code: "migration-unknown",
    node,
    hint: "Run the same command again: it looks at who owns the slots and goes on from there.",
  });
}
