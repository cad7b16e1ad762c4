import type { Command, Reply, SendOptions } from "./command.ts";
import type { Connection } from "./connection.ts";
import { ReplyError } from "./reply-errors.ts";

/**
 * Sends commands to one database of a node and goes back to database 0, down one pipeline, so that nothing
 * else on the connection meets another database. Where the node refuses the database, that is the reply to
 * each of the commands: what they met was another one.
 */
export async function sendIn(
  connection: Pick<Connection, "send">,
  { database, commands }: { database: number; commands: readonly Command[] },
  options?: SendOptions,
): Promise<Reply[]> {
  if (database === 0) return await connection.send(commands, options);
  const replies = await connection.send([["SELECT", database], ...commands, ["SELECT", 0]], options);
  const [selected] = replies;
  return selected instanceof ReplyError ? commands.map(() => selected) : replies.slice(1, -1);
}
