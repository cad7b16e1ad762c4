import type { Command } from "./command.ts";
import type { NodeAccess } from "./node-access.ts";
import type { MigrateRequest } from "./node-client.ts";

/**
 * MIGRATE with the credentials that the target wants from the source. A user without a
 * password is one that needs none, and gives an empty one.
 */
export function migrateCommand(
  { to, keys, database, timeoutMs, replace }: MigrateRequest,
  { username, password }: Partial<Pick<NodeAccess, "username" | "password">>,
): Command {
  const auth =
    username !== undefined
      ? ["AUTH2", username, password ?? ""]
      : password === undefined
        ? []
        : ["AUTH", password];
  return [
    "MIGRATE",
    to.host,
    to.port,
    "",
    database,
    timeoutMs,
    ...(replace ? ["REPLACE"] : []),
    ...auth,
    "KEYS",
    ...keys,
  ];
}
