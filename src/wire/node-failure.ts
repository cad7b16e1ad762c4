import { type Address, formatAddress } from "../cluster/address.ts";
import { NodeFailed } from "../errors.ts";
import { denialHint, denialReason, isNoPermission } from "./denial.ts";
import type { MigrateRequest } from "./node-client.ts";
import {
  isBusyKey,
  isClusterDown,
  isDemoted,
  isDenied,
  isIoError,
  isOutOfMemory,
  isPeerDemoted,
  isRedirect,
  isWithoutReplicas,
  type ReplyError,
} from "./reply-errors.ts";

/** An error reply as an error with the node and the command in it. */
export function nodeFailure(
  reply: ReplyError,
  { address, command, user }: { address: Address; command: string; user: string },
): NodeFailed {
  const node = formatAddress(address);
  if (isWithoutReplicas(reply)) {
    return new NodeFailed(`${node} did not carry out ${command}: not enough of its replicas answer.`, {
      code: "replicas-not-answering",
      node,
      hint: "slotctl check names the replicas: bring them back or remove them, then run the same command again.",
      cause: reply,
    });
  }
  if (isDemoted(reply) || isPeerDemoted(reply)) {
    const what = isDemoted(reply)
      ? `${node} is a replica now, and did not carry out ${command}`
      : `${node} did not carry out ${command}, for the node at the other end is a replica now`;
    return new NodeFailed(`${what}.`, {
      code: "failed-over",
      node,
      hint: "Run the same command again: it plans with the roles of now.",
      cause: reply,
    });
  }
  if (isNoPermission(reply)) {
    const denial = { user, command };
    const reason = denialReason(reply.message, denial);
    return new NodeFailed(`${node} refused ${command}: ${reason}.`, {
      code: "denied",
      node,
      reason,
      hint: denialHint(reply.message, denial),
    });
  }
  return new NodeFailed(`${node} refused ${command}: ${reply.message}`, {
    code: isDenied(reply) ? "denied" : isClusterDown(reply) ? "cluster-down" : "command-failed",
    node,
    cause: reply,
  });
}

/** Why keys could not be moved, in terms of the two nodes; whose fault it is decides what to do. */
export function migrateFailure(
  reply: ReplyError,
  { from, request }: { from: Address; request: MigrateRequest },
): NodeFailed {
  const source = formatAddress(from);
  const target = formatAddress(request.to);
  const cause = reply;
  if (isBusyKey(reply)) {
    return new NodeFailed(`${target} already has a key of its own under a name that ${source} was to send.`, {
      code: "busy-key",
      node: target,
      cause,
    });
  }
  if (isOutOfMemory(reply)) {
    return new NodeFailed(`${target} is full: it has reached its maxmemory and takes no more keys.`, {
      code: "target-full",
      node: target,
      hint: "Raise maxmemory on it or free memory, then run the same command again: it goes on from here.",
      cause,
    });
  }
  if (isIoError(reply)) {
    return new NodeFailed(
      `${source} could not deliver keys to ${target}: ${reply.message.replace(/^IOERR /, "")}.`,
      {
        code: "target-unreachable",
        node: target,
        hint: `Can ${source} reach ${target}? Once it can, run the same command again: it goes on from here.`,
        cause,
      },
    );
  }
  const moved = /\bMOVED (\d+) (\S+)/.exec(reply.message);
  if (moved) {
    const [, slot = "", owner = ""] = moved;
    const why = isRedirect(reply)
      ? `it does not own slot ${slot} any more, ${owner} does`
      : `${target} does not import slot ${slot} any more`;
    return new NodeFailed(`${source} could not move keys to ${target}: ${why}.`, {
      code: "slots-moved-meanwhile",
      node: isRedirect(reply) ? source : target,
      hint: "After a failover, or where somebody else has moved slots, run the same command again: it plans with the cluster as it is now.",
      cause,
    });
  }
  return new NodeFailed(`${source} could not move keys to ${target}: ${reply.message}`, {
    code: "migrate-failed",
    node: source,
    hint: /NOPERM/.test(reply.message)
      ? MIGRATE_RIGHTS
      : /NOAUTH|WRONGPASS/.test(reply.message)
        ? "The target wants other credentials than the ones given: both must take the same user and password, or have their own in --credentials-file."
        : "Once the cause is gone, run the same command again: it goes on from here.",
    cause,
  });
}

/** MIGRATE logs into the target as the user that was given, and it is that one who lacks a right. */
const MIGRATE_RIGHTS =
  "The user needs +migrate on the source, +select and +restore-asking on the target, and ~* on both: docs/security.md.";
