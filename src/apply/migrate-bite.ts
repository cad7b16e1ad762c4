import { formatAddress } from "../cluster/address.ts";
import { type Key, keyName } from "../cluster/key.ts";
import { NodeFailed } from "../errors.ts";
import { differingKeys } from "../wire/differing-keys.ts";
import { isConnectError, ReplyError } from "../wire/reply-errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { nodeGone } from "./node-gone.ts";
import type { Bite, KeyBites } from "./key-bites.ts";
import type { PairMove } from "./pair-move.ts";
import { deleteCopies, deletedSince, unconfirmedKeys } from "./unconfirmed-keys.ts";

/** Times the usual timeout, which is a third of the node timeout at most. */
const LARGE_KEY_PATIENCE = 2;

interface SentBite extends Bite {
  readonly move: PairMove;
  readonly bites: KeyBites;
  readonly database: number;
  /** A MIGRATE of these keys broke off a moment ago: what the target has of them may stem from that. */
  readonly isResent?: boolean;
  /** A MIGRATE of these keys got no connection a moment ago: nothing of it can be at the target. */
  readonly isReconnecting?: boolean;
}

/**
 * Sends one bite of keys. A bite that the nodes did not get through in time is sent again in halves, down
 * to single keys; a key that the target has already with the same value is overwritten, for it stems from
 * a MIGRATE that broke off between the two nodes. After one that has just broken off here it is overwritten
 * whatever its value: the source has the key, so that all clients are still sent there. At a target that serves the
 * slot nothing is overwritten: the key stays where it is.
 *
 * @throws NodeFailed: `busy-key` names the keys whose values differ; others as the node said.
 */
export async function migrateBite(context: ApplyContext, bite: SentBite): Promise<void> {
  const startMs = context.clock.nowMs();
  try {
    await migrate(context, bite, { replace: mayReplace(context, bite) });
    bite.bites.took(Math.max(0, context.clock.nowMs() - startMs - bite.move.pace.lineMs), bite);
  } catch (error) {
    if (!(error instanceof NodeFailed)) throw error;
    if (error.code === "target-unreachable") await sendAgain(context, bite, error);
    else if (error.code === "busy-key") await overwriteCopies(context, bite);
    else throw error;
  }
}

function mayReplace({ moving }: ApplyContext, { move }: SentBite): boolean {
  return moving.replace && move.targetServes !== true;
}

async function migrate(
  context: ApplyContext,
  { move, keys, database }: SentBite,
  { replace, timeoutMs = move.migrateTimeoutMs }: { replace: boolean; timeoutMs?: number },
): Promise<void> {
  const source = context.clients.at(move.from.address);
  await source.migrateKeys({ to: move.toAnnounced, keys, database, timeoutMs, replace });
}

async function sendAgain(context: ApplyContext, bite: SentBite, error: NodeFailed): Promise<void> {
  const { move } = bite;
  const isUnsent = error.cause instanceof ReplyError && isConnectError(error.cause);
  // At once, for clients go on: what they delete from now on must not come back with a copy at the target.
  const unconfirmed =
    isUnsent || move.targetServes ? new Map<Key, Buffer>() : await unconfirmedKeys(context, bite);
  // Only worth it when the target is alive: a bite can be too large for the timeout, a dead node cannot.
  const look = await context.clients.at(move.to.address).look();
  if (!("view" in look)) throw nodeGone(move.to.address, look.unreached.detail);
  if (isUnsent) {
    // No size would help. A connection may fail once; twice means that there is no way.
    if (bite.isReconnecting) throw error;
    await migrateBite(context, { ...bite, isReconnecting: true });
    return;
  }
  const deleted = await deletedSince(context, bite, unconfirmed);
  await sendSmaller(context, { ...bite, isResent: true });
  await deleteCopies(context, bite, deleted);
}

async function sendSmaller(context: ApplyContext, bite: SentBite): Promise<void> {
  const { keys } = bite;
  if (keys.length === 1) {
    // A key that takes this long is a large one. It has to travel in one piece, so it gets more time.
    await migrateLargeKey(context, bite);
    return;
  }
  const middle = keys.length >> 1;
  for (const half of [keys.slice(0, middle), keys.slice(middle)]) {
    await migrateBite(context, { ...bite, bytes: bite.bytes / 2, keys: half });
  }
}

async function migrateLargeKey(context: ApplyContext, bite: SentBite): Promise<void> {
  const timeoutMs = LARGE_KEY_PATIENCE * bite.move.migrateTimeoutMs;
  try {
    await migrate(context, bite, { replace: mayReplace(context, bite), timeoutMs });
  } catch (error) {
    if (!(error instanceof NodeFailed) || error.code !== "busy-key") throw error;
    await overwriteCopies(context, bite);
  }
}

/**
 * A key can be on both nodes when a MIGRATE died after the target had stored it (redis/redis#1616). Values
 * are compared by their DUMP payload, which needs no DEBUG command (redis-cli's comparison is refused by
 * every server since 7.0).
 */
async function overwriteCopies(context: ApplyContext, bite: SentBite): Promise<void> {
  const { move, keys, database } = bite;
  // Whoever gathers keys finds them again at both nodes, and decides.
  if (move.targetServes) return;
  if (!bite.isResent) {
    const nodes = { one: context.clients.at(move.from.address), other: context.clients.at(move.to.address) };
    const differing = await differingKeys(nodes, { keys, database });
    if (differing.length > 0) throw conflict(move, differing);
  }
  const timeoutMs = (keys.length === 1 ? LARGE_KEY_PATIENCE : 1) * move.migrateTimeoutMs;
  await migrate(context, bite, { replace: true, timeoutMs });
}

function conflict(move: PairMove, keys: readonly Key[]): NodeFailed {
  const target = formatAddress(move.to.address);
  const source = formatAddress(move.from.address);
  const names = keys.slice(0, 3).map((key) => JSON.stringify(keyName(key).slice(0, 60)));
  const more = keys.length > names.length ? ` and ${keys.length - names.length} more` : "";
  return new NodeFailed(
    `${target} has keys of its own, with other values or too large to compare, under names that ${source} was to send: ${names.join(", ")}${more}.`,
    {
      code: "busy-key",
      node: target,
      hint: `Look at both values; delete the wrong one, or run the same command again with --replace to keep those of ${source}.`,
    },
  );
}
