import type { SlotMigration } from "../cluster/slot-migration.ts";
import { isOperational, type SlotctlError } from "../errors.ts";
import type { MigrationTraffic } from "../wire/node-client.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { Side } from "./atomic-server.ts";
import type { PairMove } from "./pair-move.ts";

/** What both nodes say of a migration at one moment. */
export type MigrationReport = Readonly<Record<Side, SideReport>>;

export interface SideReport {
  /** Undefined where the node does not list it: not yet, or no more. */
  readonly migration: SlotMigration | undefined;
  /** Undefined where the node may not be asked. */
  readonly traffic: MigrationTraffic | undefined;
  /** Why the node did not say anything. */
  readonly error: SlotctlError | undefined;
}

export async function reportOn(
  context: ApplyContext,
  { move, id }: { readonly move: PairMove; readonly id: string },
): Promise<MigrationReport> {
  const [source, target] = await Promise.all([
    sideReport(context, { node: move.from, id }),
    sideReport(context, { node: move.to, id }),
  ]);
  return { source, target };
}

async function sideReport(
  { clients }: ApplyContext,
  { node, id }: { node: PairMove["from"]; id: string },
): Promise<SideReport> {
  const client = clients.at(node.address);
  const [list, traffic] = await Promise.allSettled([client.migrations(), client.migrationTraffic()]);
  for (const { reason } of [list, traffic].filter((outcome) => outcome.status === "rejected")) {
    if (!isOperational(reason)) throw reason;
  }
  return {
    // Newest first: a source lists one that began anew once more under the same id.
    migration: list.status === "fulfilled" ? list.value.find((migration) => migration.id === id) : undefined,
    traffic: traffic.status === "fulfilled" ? traffic.value : undefined,
    error: list.status === "rejected" ? (list.reason as SlotctlError) : undefined,
  };
}

/** Whether the node still has work to do on it. */
export function isUnfinished({ outcome }: SlotMigration): boolean {
  return outcome === "running" || outcome === "retrying";
}
