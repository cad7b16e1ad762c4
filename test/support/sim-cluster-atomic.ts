import type { MigrationOutcome, SlotMigration } from "../../src/cluster/slot-migration.ts";
import type { SlotSet } from "../../src/cluster/slot-set.ts";
import { ReplyError } from "../../src/wire/reply-errors.ts";
import { broadcast, hear } from "./sim-cluster-gossip.ts";
import type { SimMigration, SimNode } from "./sim-cluster-node.ts";
import { bumpEpoch } from "./sim-cluster-set-slot.ts";
import { canHear, nodeOf, type SimWorld } from "./sim-cluster-world.ts";

// Atomic migrations, with the refusals, the endings and the retries of real servers. They live in the nodes:
// whoever has begun one may be gone.

const HOP_MS = { min: 1, max: 6 };
const SNAPSHOT_MS = { min: 5, max: 60 };
const PER_KEY_MS = 2;
const BYTES_PER_KEY = 100;
/** How long a stopped node keeps the other one waiting before it looks again. */
const STALLED_MS = 10;
const RETRY_MS = 1000;

interface Job {
  readonly id: string;
  readonly source: SimNode;
  readonly target: SimNode;
  readonly slots: SlotSet;
  /** Of this attempt. */
  readonly atSource?: SimMigration;
  readonly atTarget?: SimMigration;
}

/** CLUSTER MIGRATION IMPORT, at the target. */
export function importSlots(world: SimWorld, target: SimNode, slots: SlotSet): string {
  if (world.settings.server.engine !== "redis") throw new ReplyError("ERR unknown subcommand 'MIGRATION'.");
  if (!target.isPrimary) throw new ReplyError("ERR slot migration not allowed on replica.");
  if (target.migrations.some(({ outcome }) => outcome === "running")) {
    throw new ReplyError("ERR another ASM task is already in progress");
  }
  if (isOpen(target)) {
    throw new ReplyError("ERR all slot states must be STABLE to start a slot migration task.");
  }
  const owners = new Set([...slots].map((slot) => target.slots.ownerOf(slot)));
  if (owners.has(target.id)) throw new ReplyError("ERR this node is already the owner of the slot range");
  const source = nodeOf(world, [...owners][0]);
  if (owners.size > 1 || !source) throw new ReplyError("ERR slots belong to different source nodes");
  // One that failed is replaced by a new one.
  for (const earlier of target.migrations) if (earlier.outcome === "retrying") end(earlier, "cancelled", "");
  const job = { id: newId(world), source, target, slots };
  const atTarget = record(world, job, "target");
  target.migrations.unshift(atTarget);
  world.clock.after(world.random.between(HOP_MS), () => connect(world, { ...job, atTarget }));
  return job.id;
}

/** CLUSTER MIGRATESLOTS, at the source. */
export function exportSlots(
  world: SimWorld,
  source: SimNode,
  { slots, targetId }: { slots: SlotSet; targetId: string },
): string {
  if (world.settings.server.engine !== "valkey")
    throw new ReplyError("ERR unknown subcommand 'MIGRATESLOTS'.");
  if (!source.isPrimary) throw new ReplyError("ERR Slot migration can only be used on primary nodes.");
  const target = nodeOf(world, targetId);
  if (!target || !source.peers.has(targetId)) throw new ReplyError(`ERR Unknown node name: ${targetId}`);
  if (isOpen(source)) throw new ReplyError("ERR Slots are being manually migrated");
  if (!owns(source, slots)) throw new ReplyError("ERR Slots are not served by this node.");
  const busy = source.migrations.find(
    ({ outcome, slots: its }) => outcome === "running" && its.intersect(slots).size > 0,
  );
  if (busy) throw new ReplyError(`ERR I am already migrating slot ${[...busy.slots.intersect(slots)][0]}.`);
  const job = { id: newId(world), source, target, slots };
  const atSource = record(world, job, "source");
  source.migrations.unshift(atSource);
  world.clock.after(world.random.between(HOP_MS), () => connect(world, { ...job, atSource }));
  return job.id;
}

/** CLUSTER MIGRATION CANCEL ID of Redis, CLUSTER CANCELSLOTMIGRATIONS of Valkey. */
export function cancelMigrations(world: SimWorld, node: SimNode, ids: readonly string[]): boolean {
  const { engine } = world.settings.server;
  let isEnded = false;
  for (const migration of node.migrations) {
    const isMeant = engine === "redis" ? ids.includes(migration.id) : migration.role === "source";
    if (isMeant && (migration.outcome === "running" || migration.outcome === "retrying")) {
      end(migration, "cancelled", engine === "redis" ? "Cancelled due to user request" : "");
      if (migration.hangUp) world.clock.after(world.random.between(HOP_MS), migration.hangUp);
      isEnded = true;
    }
  }
  return isEnded;
}

/** The other node hears of it, and takes part unless it has a reason not to. */
function connect(world: SimWorld, job: Job): void {
  const [one, other] = job.atTarget ? [job.target, job.source] : [job.source, job.target];
  const mine = job.atTarget ?? job.atSource;
  if (!mine || !isGoingOn(one, mine)) return;
  if (one.isPaused || other.isPaused) {
    world.clock.after(STALLED_MS, () => connect(world, job));
    return;
  }
  const refusal = refusalOf(world, job);
  if (refusal) {
    fail(world, job, refusal);
    return;
  }
  const theirs = record(world, job, job.atTarget ? "source" : "target");
  other.migrations.unshift(theirs);
  const both = { ...job, atSource: job.atSource ?? theirs, atTarget: job.atTarget ?? theirs };
  both.atSource.state = job.atTarget ? "send-bulk-and-stream" : "snapshotting";
  both.atTarget.state = job.atTarget ? "accumulate-buffer" : "receiving-snapshot";
  const keys = [...job.slots].reduce((sum, slot) => sum + job.source.keys.countIn(slot), 0);
  const ms = world.random.between(SNAPSHOT_MS) + keys * PER_KEY_MS;
  let isOpenStill = true;
  const hangUp = () => {
    if (isOpenStill) fail(world, both, "Connection lost");
    isOpenStill = false;
  };
  both.atSource.hangUp = hangUp;
  both.atTarget.hangUp = hangUp;
  const arrive = () => {
    if (!isOpenStill) return;
    if (job.source.isPaused || job.target.isPaused) {
      world.clock.after(STALLED_MS, arrive);
      return;
    }
    isOpenStill = false;
    complete(world, both, keys * BYTES_PER_KEY);
  };
  world.clock.after(ms, arrive);
}

function refusalOf(world: SimWorld, { source, target, slots, atTarget }: Job): string | undefined {
  const other = atTarget ? source : target;
  if (!canHear(source, target)) return "Failed to sync with source node: Connection refused";
  if (!owns(source, slots) || !target.isPrimary) return "Slots are no longer owned by source node";
  if (isOpen(other)) return "all slot states must be STABLE to start a slot migration task.";
  const isBusy = other.migrations.some(({ outcome }) => outcome === "running");
  if (world.settings.server.engine === "redis" && isBusy)
    return "Another migration task is already in progress";
  return undefined;
}

/** The target takes over all slots with all keys, as they are at this moment, or nothing has happened. */
function complete(world: SimWorld, job: Required<Job>, bytes: number): void {
  const { source, target, slots, atSource, atTarget } = job;
  const fault = faultOf(world, job);
  if (fault) {
    fail(world, job, fault);
    return;
  }
  source.sentBytes += bytes;
  target.receivedBytes += bytes;
  for (const slot of slots) {
    target.keys.clearSlot(slot);
    for (const name of source.keys.namesIn(slot)) {
      target.keys.set(name, source.keys.get(name) ?? Buffer.alloc(0));
    }
    target.slots.set(slot, target.id);
  }
  bumpEpoch(target);
  end(atTarget, "completed", "");
  // Clients of the source wait until it has heard.
  hear(world, { listener: source, speaker: target });
  broadcast(world, target);
  world.clock.after(world.random.between(HOP_MS), () => {
    if (isGoingOn(source, atSource)) end(atSource, "completed", "");
  });
}

function faultOf(
  world: SimWorld,
  { source, target, slots, atSource, atTarget }: Required<Job>,
): string | undefined {
  if (!isGoingOn(source, atSource) || !isGoingOn(target, atTarget) || !canHear(source, target)) {
    return "Connection lost";
  }
  if (!source.isPrimary || !target.isPrimary || !owns(source, slots))
    return "A failover occurred during slot import";
  if (target.isFull && world.settings.server.engine === "valkey")
    return "Ran out of memory (OOM) during slot import";
  return target.migrationFaults.shift();
}

function fail(world: SimWorld, job: Job, reason: string): void {
  const { source, target, atSource, atTarget } = job;
  if (atSource && isGoingOn(source, atSource)) end(atSource, "failed", reason);
  if (!atTarget || !isGoingOn(target, atTarget)) return;
  if (world.settings.server.engine === "valkey") {
    end(atTarget, "failed", reason);
    return;
  }
  end(atTarget, "retrying", reason);
  world.clock.after(RETRY_MS, () => {
    if (atTarget.outcome !== "retrying" || !target.migrations.includes(atTarget)) return;
    atTarget.outcome = "running";
    atTarget.state = "connecting";
    const { id, slots } = job;
    const owner = nodeOf(world, target.slots.ownerOf([...slots][0] ?? 0)) ?? source;
    connect(world, { id, slots, source: owner, target, atTarget });
  });
}

function isGoingOn(node: SimNode, migration: SimMigration): boolean {
  return !node.isDead && migration.outcome === "running" && node.migrations.includes(migration);
}

const END_STATES: Readonly<Record<MigrationOutcome, string>> = {
  running: "connecting",
  retrying: "failed",
  completed: "completed",
  failed: "failed",
  cancelled: "canceled",
};

function end(migration: SimMigration, outcome: MigrationOutcome, reason: string): void {
  migration.outcome = outcome;
  migration.state = END_STATES[outcome];
  migration.reason = reason;
}

function record(
  world: SimWorld,
  { id, source, target, slots }: Job,
  role: SlotMigration["role"],
): SimMigration {
  const createdMs = world.clock.nowMs();
  return {
    id,
    role,
    sourceId: source.id,
    targetId: target.id,
    slots,
    state: "connecting",
    outcome: "running",
    reason: "",
    createdMs,
  };
}

function owns(node: SimNode, slots: SlotSet): boolean {
  return slots.minus(node.slots.slotsOf(node.id)).size === 0;
}

function isOpen(node: SimNode): boolean {
  return node.importing.size > 0 || node.migrating.size > 0;
}

function newId(world: SimWorld): string {
  return Array.from({ length: 40 }, () => world.random.below(16).toString(16)).join("");
}
