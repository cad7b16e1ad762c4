import type { Address } from "../cluster/address.ts";
import type { Command, Reply, SendOptions } from "./command.ts";
import { Connection } from "./connection.ts";
import type { NodeAccess } from "./node-access.ts";

/** How many commands a node works on side by side. */
export const LANES = 32;

/**
 * Several connections to one node, opened when first used, for commands that the node holds the reply back
 * of: what would wait in line on one connection waits side by side on these. Commands of one call may be
 * worked on in any order.
 */
export class Lanes {
  readonly #connections: readonly Connection[];

  constructor(address: Address, access: NodeAccess) {
    this.#connections = Array.from({ length: LANES }, () => new Connection(address, access));
  }

  /**
   * As `Connection.send`, with the replies in the order of the commands. Throws only once no lane has anything
   * under way: what a node still does would meet what is done about the failure.
   */
  async send(commands: readonly Command[], options?: SendOptions): Promise<Reply[]> {
    const replies: Reply[] = [];
    const sent = await Promise.allSettled(
      this.#connections.slice(0, commands.length).map(async (connection, lane) => {
        const share = commands.filter((_, index) => index % LANES === lane);
        const answers = await connection.send(share, options);
        answers.forEach((answer, index) => (replies[index * LANES + lane] = answer));
      }),
    );
    const failed = sent.find((lane) => lane.status === "rejected");
    if (failed) throw failed.reason;
    return replies;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
