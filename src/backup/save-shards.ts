import { rm } from "node:fs/promises";
import { formatAddress } from "../cluster/address.ts";
import { nodeById } from "../cluster/topology.ts";
import { Bug, ConnectFailed, DeadlinePassed, NodeFailed, SlotctlError, Stopped } from "../errors.ts";
import type { BackupEvent, BackupPlan, BackupSource, SavedShard, ShardSave } from "../plan/backup.ts";
import { eachBounded } from "../wire/each-bounded.ts";
import type { RdbStream } from "../wire/rdb-stream.ts";
import { SaveTally } from "./save-tally.ts";
import { writeRdb } from "./write-rdb.ts";

export interface Saving {
  readonly open: (source: BackupSource, signal: AbortSignal) => Promise<RdbStream>;
  /** Where a file is written to. */
  readonly pathOf: (fileName: string) => string;
  readonly shardsAtOnceMax: number;
  readonly emit: (event: BackupEvent) => void;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/**
 * Saves the shards of a plan, some of them side by side. When one cannot be saved from any of its nodes, or the run
 * is asked to stop, the others are broken off.
 *
 * @throws Stopped, or what went wrong first.
 */
export async function saveShards(plan: BackupPlan, saving: Saving): Promise<SavedShard[]> {
  const failing = new AbortController();
  const signal = AbortSignal.any([saving.signal, failing.signal]);
  using tally = new SaveTally(plan.saves.length, saving);
  const numbered = plan.saves.map((save, index) => ({ save, index }));
  return await eachBounded(numbered, saving.shardsAtOnceMax, async ({ save, index }) => {
    try {
      return await saveShard({ plan, save, index, tally, saving: { ...saving, signal } });
    } catch (error) {
      failing.abort();
      throw saving.signal.aborted ? new Stopped("Stopped, as asked.", { code: "stopped" }) : error;
    }
  });
}

interface OneSave {
  readonly plan: BackupPlan;
  readonly save: ShardSave;
  readonly index: number;
  readonly tally: SaveTally;
  readonly saving: Saving;
}

/** From the best of its nodes; when that fails, from the next. */
async function saveShard(one: OneSave): Promise<SavedShard> {
  const { save, saving } = one;
  for (const [at, source] of save.sources.entries()) {
    try {
      return await saveFrom(source, one);
    } catch (error) {
      const next = save.sources[at + 1];
      if (!next || saving.signal.aborted || !isOfTheNode(error)) throw error;
      await rm(saving.pathOf(save.fileName), { force: true });
      const node = formatAddress(source.address);
      const why = (error instanceof SlotctlError && error.reason) || "it failed";
      saving.emit({
        event: "warning",
        message: `${node} could not be saved from: ${why}. ${formatAddress(next.address)} is asked instead.`,
        node,
      });
    }
  }
  throw new Bug(`slots ${save.slots} were to be saved from nowhere`);
}

async function saveFrom(
  source: BackupSource,
  { plan, save, index, tally, saving }: OneSave,
): Promise<SavedShard> {
  const node = formatAddress(source.address);
  const startMs = saving.nowMs();
  saving.emit({ event: "save-start", index, save, node });
  using counting = tally.begin(node);
  using stream = await saving.open(source, saving.signal);
  counting.expect(stream.bytesTotal);
  const written = await writeRdb(stream.chunks(), {
    path: saving.pathOf(save.fileName),
    node,
    onBytes: (bytes) => counting.add(bytes),
  });
  counting.end();
  const seconds = (saving.nowMs() - startMs) / 1000;
  saving.emit({ event: "save-end", index, save, node, bytes: written.bytes, seconds });
  const view = nodeById(plan.basis, source.id)?.view;
  return {
    ...written,
    save,
    source,
    engine: view?.engine ?? "redis",
    version: view?.version ?? "unknown",
    replicationId: stream.replicationId,
    replicationOffset: stream.replicationOffset,
    snapshotAtMs: stream.snapshotAtMs,
  };
}

/** Whether another node of the shard may do better. */
function isOfTheNode(error: unknown): boolean {
  return error instanceof NodeFailed || error instanceof ConnectFailed || error instanceof DeadlinePassed;
}
