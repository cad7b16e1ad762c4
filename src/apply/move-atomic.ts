import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { type AtomicServer, keysIn, type MigrationJob, nodeOn } from "./atomic-server.ts";
import { cutMigrations } from "./cut-migrations.ts";
import { followMigration, type MigrationEnd } from "./follow-migration.ts";
import { mayPass, migrationFailed } from "./migration-failed.ts";
import { migrationsBeside } from "./migrations-beside.ts";
import type { PairMove } from "./pair-move.ts";
import { slotsOwner } from "./slots-owner.ts";
import { startMigration } from "./start-migration.ts";

/** A server that ends a migration for something that passes is asked once more. */
const ATTEMPTS_MAX = 2;

/**
 * Moves the slots of one pair with the servers' own atomic migrations, one after the other. A migration of
 * the same pair that somebody has begun, such as a run whose process was killed, is waited for and counts.
 *
 * The function that it returns is asked to `go` on before each migration and while one is under way; asked
 * to stop it cancels what it has begun, leaves running what it has found, and returns false. All slots of a migration are at one of the nodes at any moment, and
 * none is ever open.
 */
export function moveAtomic(server: AtomicServer) {
  return async (context: ApplyContext, move: PairMove, go: () => boolean): Promise<boolean> => {
    const left = await finishEarlier(context, { server, move, go });
    if (!left) return false;
    const { keysPerSecondMax } = context.moving;
    for (const [index, slots] of cutMigrations(move, { slots: left, keysPerSecondMax }).entries()) {
      const job = { move, slots };
      if (!go() || !(await awaitTurn(job, { isFirst: index === 0 }))) return false;
      if (!(await migrate(context, { server, job, go }))) return false;
    }
    return true;
  };
}

/** Before the first one there is nothing of ours that clients could be waiting for. */
function awaitTurn(job: MigrationJob, { isFirst }: { readonly isFirst: boolean }): Promise<boolean> {
  const { pace } = job.move;
  return isFirst ? pace.awaitRate(keysIn(job)) : pace.awaitTurn(keysIn(job));
}

interface Moving {
  readonly server: AtomicServer;
  readonly go: () => boolean;
}

/** @returns the slots that are still to be moved; undefined when asked to stop. */
async function finishEarlier(
  context: ApplyContext,
  { server, move, go }: Moving & { move: PairMove },
): Promise<SlotSet | undefined> {
  let left = move.slots;
  const beside = await migrationsBeside(context, { server, move });
  for (const { id, sourceId, targetId, slots, outcome } of beside) {
    const isOurs = sourceId === move.from.id && targetId === move.to.id && slots.intersect(left).size > 0;
    if (!isOurs) continue;
    // What made it fail may have been put right since, and its next attempt is a second away: ours begins now.
    if (outcome === "retrying") {
      await context.clients.at(move.to.address).cancelMigrations([id]);
      continue;
    }
    const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
    context.emit({ event: "migration-found", from, to, slots: String(slots) });
    const migration = { move, slots, id, bytesBefore: undefined };
    const end = await followMigration(context, { server, migration, isAdopted: true, go });
    if (!end) {
      warnOfLeftRunning(context, { server, job: migration });
      return undefined;
    }
    if (end.owner === "target") {
      count({ move, slots: slots.intersect(left) });
      left = left.minus(slots);
    } else if (end.owner === "source" && !go()) return undefined;
    else if (!mayPass(end, server)) throw migrationFailed({ server, job: migration, end });
  }
  return left;
}

/** To stop this run must not undo what somebody else, or an earlier run, has begun. */
function warnOfLeftRunning(
  { emit }: ApplyContext,
  { server, job: { move, slots } }: { server: AtomicServer; job: MigrationJob },
): void {
  move.tally.waitsFor(undefined);
  const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
  const chief = formatAddress(nodeOn(move, server.chief).address);
  emit({
    event: "warning",
    node: chief,
    message: `The migration of slots ${slots} from ${from} to ${to}, which was found under way, is left running: ${server.cancelCommand} at ${chief} ends it.`,
  });
}

/** @returns false when asked to stop before the slots had moved. */
async function migrate(
  context: ApplyContext,
  { server, job, go }: Moving & { job: MigrationJob },
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const end = await runOnce(context, { server, job, go });
    if (end?.owner === "target") {
      count(job);
      return true;
    }
    if (!end || (end.owner === "source" && !go())) {
      job.move.tally.waitsFor(undefined);
      return false;
    }
    if (attempt >= ATTEMPTS_MAX || !mayPass(end, server)) throw migrationFailed({ server, job, end });
    const { message, node } = migrationFailed({ server, job, end });
    context.emit({ event: "warning", node, message: `${message} It is tried once more.` });
  }
}

/** @returns undefined when asked to stop before it began. */
async function runOnce(
  context: ApplyContext,
  { server, job, go }: Moving & { job: MigrationJob },
): Promise<MigrationEnd | undefined> {
  try {
    const migration = await startMigration(context, { server, job, go });
    return migration && (await followMigration(context, { server, migration, go }));
  } catch (error) {
    if (!(error instanceof NodeFailed) || error.code !== "slots-moved-meanwhile") throw error;
    // What was begun before, and went unnoticed, may have arrived meanwhile.
    if ((await slotsOwner(context, job)) !== "target") throw error;
    return { owner: "target" };
  }
}

function count(job: MigrationJob): void {
  const { tally } = job.move;
  tally.waitsFor(undefined);
  tally.keysMoved(keysIn(job));
  tally.slotsMoved(job.slots.size);
}
