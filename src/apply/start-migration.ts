import type { SlotMigration } from "../cluster/slot-migration.ts";
import { ConnectFailed, isOperational, NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { type AtomicServer, type MigrationJob, nodeOn } from "./atomic-server.ts";
import { isUnfinished } from "./migration-report.ts";
import { namesOfOthers } from "./migrations-beside.ts";

const BUSY_POLL_MS = 50;

export interface StartedMigration extends MigrationJob {
  readonly id: string;
  /** What the chief had sent or received before; undefined where it does not say. */
  readonly bytesBefore: number | undefined;
}

/**
 * Begins a migration, as soon as the nodes have no other one in the way of it. One that has begun although
 * its reply was lost is found in the nodes' lists.
 *
 * @returns undefined when asked to stop meanwhile.
 * @throws NodeFailed with code `migration-busy` when the wait is longer than the cluster may take.
 */
export async function startMigration(
  context: ApplyContext,
  { server, job, go }: { server: AtomicServer; job: MigrationJob; go: () => boolean },
): Promise<StartedMigration | undefined> {
  const { clock, waitMs } = context;
  const startMs = clock.nowMs();
  const asking = bytesAt(context, { server, job });
  await Promise.all([server.mayStart(context, job), asking]);
  for (;;) {
    const bytesBefore = await asking;
    try {
      return { ...job, id: await server.start(context, job), bytesBefore };
    } catch (error) {
      const begun = isReplyLost(error) ? await begunUnheard(context, job) : undefined;
      if (begun) return { ...job, id: begun.id, bytesBefore };
      if (!(error instanceof NodeFailed) || error.code !== "migration-busy") throw error;
      if (!go()) return undefined;
      if (clock.nowMs() - startMs >= waitMs) throw await stillBusy(context, { server, job, error, waitMs });
      job.move.tally.waitsFor({ kind: "turn" });
      await clock.sleep(BUSY_POLL_MS);
    }
  }
}

async function bytesAt(
  { clients }: ApplyContext,
  { server, job }: { server: AtomicServer; job: MigrationJob },
): Promise<number | undefined> {
  try {
    const traffic = await clients.at(nodeOn(job.move, server.chief).address).migrationTraffic();
    return server.chief === "source" ? traffic.sentBytes : traffic.receivedBytes;
  } catch (error) {
    // A node may forbid INFO: it is only counted less.
    if (!(error instanceof NodeFailed)) throw error;
    return undefined;
  }
}

/** Whether the node may have done what it was told, without our hearing of it. */
function isReplyLost(error: unknown): boolean {
  return error instanceof ConnectFailed || (error instanceof NodeFailed && error.code === "connection-lost");
}

/** The unfinished migration of the job, by the word of either node: the other may still be out of reach. */
async function begunUnheard(
  { clients }: ApplyContext,
  { move: { from, to }, slots }: MigrationJob,
): Promise<SlotMigration | undefined> {
  const lists = await Promise.allSettled([from, to].map(({ address }) => clients.at(address).migrations()));
  const listed = lists.flatMap((list) => {
    if (list.status === "fulfilled") return list.value;
    // What was to begin has failed already, and that error is the one to be told.
    if (!isOperational(list.reason)) throw list.reason;
    return [];
  });
  return listed.find(
    (migration) =>
      isUnfinished(migration) &&
      migration.sourceId === from.id &&
      migration.targetId === to.id &&
      migration.slots.equals(slots),
  );
}

async function stillBusy(
  context: ApplyContext,
  {
    server,
    job: { move, slots },
    error,
    waitMs,
  }: { server: AtomicServer; job: MigrationJob; error: NodeFailed; waitMs: number },
): Promise<NodeFailed> {
  const others = await namesOfOthers(context, { server, move });
  const what = others === "" ? "another migration" : `the migration of ${others}`;
  return new NodeFailed(
    `Slots ${slots} cannot begin to move, for ${what} is still under way after ${waitMs / 1000} s. They stay where they are, and no slot is open.`,
    { code: error.code, node: error.node, hint: error.hint, reason: error.reason },
  );
}
