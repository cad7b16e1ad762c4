import { commandName } from "./command-name.ts";
import type { Command, Reply, SendOptions } from "./command.ts";
import type { Connection } from "./connection.ts";
import { nodeFailure } from "./node-failure.ts";
import { ReplyError } from "./reply-errors.ts";
import { sendIn } from "./send-in.ts";

/** Sends commands, and throws NodeFailed for the first error reply that is not tolerated. */
export type Run = (commands: readonly Command[], options?: RunOptions) => Promise<Reply[]>;

interface RunOptions extends SendOptions {
  /** Error replies that are as good as none. */
  readonly tolerate?: (error: ReplyError) => boolean;
  /** Another way to the same node. */
  readonly over?: Pick<Connection, "send">;
  readonly database?: number;
}

export function runOver(connection: Connection): Run {
  return async (commands, { tolerate, over = connection, database = 0, ...options } = {}) => {
    const replies = commands.length === 0 ? [] : await sendIn(over, { database, commands }, options);
    replies.forEach((reply, index) => {
      if (!(reply instanceof ReplyError) || tolerate?.(reply)) return;
      throw nodeFailure(reply, {
        address: connection.address,
        command: commandName(commands[index]),
        user: connection.user,
      });
    });
    return replies;
  };
}
