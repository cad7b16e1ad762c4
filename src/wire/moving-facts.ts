import type { NodeView } from "../cluster/node-view.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import type { Command, Reply } from "./command.ts";
import { modulesOf } from "./parse-info.ts";
import { parseMigrations } from "./parse-migrations.ts";
import { ReplyError } from "./reply-errors.ts";

/**
 * What is asked of a node that may move slots. Each server refuses some of it, and what it refuses or forbids
 * is left out. The old names of the settings are known to every version.
 */
export const MOVING_QUESTIONS: readonly Command[] = [
  ["CLUSTER", "MIGRATION", "STATUS", "ALL"],
  ["CLUSTER", "GETSLOTMIGRATIONS"],
  ["CONFIG", "GET", "masterauth"],
  ["CONFIG", "GET", "masteruser"],
  ["ACL", "GETUSER", "default"],
];

/** Reads the answers to `MOVING_QUESTIONS`. Of a password only whether there is one leaves this function. */
export function readMovingFacts(
  replies: readonly Reply[],
  infoText: string,
): Required<Pick<NodeView, "migrations" | "atomicFacts">> {
  const [ofRedis, ofValkey, auth, user, defaultUser] = replies;
  const listed = [ofRedis, ofValkey]
    .filter((reply) => !(reply instanceof ReplyError))
    .flatMap(parseMigrations);
  return {
    migrations: unfinished(listed),
    atomicFacts: {
      modules: modulesOf(infoText),
      givesPassword: givesPassword({ auth: valueIn(auth), user: valueIn(user) }),
      asksPassword: asksPassword(defaultUser),
    },
  };
}

/** The newest come first, and one that was begun anew is listed once for each time. */
function unfinished(listed: readonly SlotMigration[]): SlotMigration[] {
  const newest = new Map(listed.toReversed().map((migration) => [migration.id, migration]));
  return [...newest.values()].filter(({ outcome }) => outcome === "running" || outcome === "retrying");
}

function valueIn(reply: Reply): string | undefined {
  return Array.isArray(reply) && reply.length >= 2 ? String(reply[1]) : undefined;
}

/** With a user of its own it logs in as somebody of whom only the other node knows what he needs. */
function givesPassword(given: {
  readonly auth: string | undefined;
  readonly user: string | undefined;
}): boolean | undefined {
  if (given.auth === undefined || (given.auth !== "" && given.user !== "")) return undefined;
  return given.auth !== "";
}

function asksPassword(defaultUser: Reply): boolean | undefined {
  if (!Array.isArray(defaultUser)) return undefined;
  const flags: unknown = defaultUser[defaultUser.indexOf("flags") + 1];
  return Array.isArray(flags) ? !flags.includes("nopass") : undefined;
}
