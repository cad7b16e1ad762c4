import keySlot from "cluster-key-slot";
import { bytesOfKey } from "../../src/cluster/key.ts";
import type { MigrateRequest } from "../../src/wire/node-client.ts";
import { ReplyError } from "../../src/wire/reply-errors.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { nodeAt, refreshState, type SimWorld } from "./sim-cluster-world.ts";

const BASE_MS = 0.5;
const PER_KEY_MS = 0.05;

/**
 * MIGRATE with KEYS: each key that the receiver takes is gone from the sender. Of several refusals the
 * first is told, and the keys that were not refused have travelled all the same.
 */
export function migrate(world: SimWorld, node: SimNode, request: MigrateRequest): void {
  refreshState(world, node);
  if (node.state === "fail") throw new ReplyError("CLUSTERDOWN The cluster is down");
  const nowMs = world.clock.nowMs();
  const keys = request.keys.map(bytesOfKey).filter((key) => node.keys.get(key) !== undefined);
  // To a sender that has none of the keys, nothing is to do: it answers NOKEY.
  if (keys.length === 0) return;
  const target = nodeAt(world, request.to);
  if (!target || target.power === "dead") {
    throw new ReplyError("IOERR error or timeout connecting to the client");
  }
  const entries = keys.map((key) => ({ key, value: node.keys.get(key) ?? Buffer.alloc(0) }));
  if (target.power === "paused") {
    node.busyUntilMs = nowMs + request.timeoutMs;
    target.backlog.push(() => {
      for (const { key, value } of entries) {
        if (!refusalOf(world, target, { key, replace: request.replace })) target.keys.set(key, value);
      }
    });
    throw new ReplyError("IOERR error or timeout reading from target instance");
  }
  node.busyUntilMs = nowMs + BASE_MS + PER_KEY_MS * keys.length;
  let firstRefusal: string | undefined;
  for (const { key, value } of entries) {
    const refusal = refusalOf(world, target, { key, replace: request.replace });
    firstRefusal ??= refusal;
    if (refusal) continue;
    target.keys.set(key, value);
    node.keys.delete(key);
  }
  if (firstRefusal) throw new ReplyError(`ERR Target instance replied with error: ${firstRefusal}`);
}

/** What the receiver has against a key that comes with RESTORE-ASKING. */
function refusalOf(
  world: SimWorld,
  target: SimNode,
  { key, replace }: { key: Buffer; replace: boolean },
): string | undefined {
  refreshState(world, target);
  const slot = keySlot(key);
  const isIts = target.slots.ownerOf(slot) === target.id || target.importing.has(slot);
  if (target.state === "fail") return "CLUSTERDOWN The cluster is down";
  if (!isIts) return `MOVED ${slot} somewhere`;
  if (target.isFull) return "OOM command not allowed when used memory > 'maxmemory'.";
  return !replace && target.keys.get(key) !== undefined
    ? "BUSYKEY Target key name already exists."
    : undefined;
}
