import { onTestFinished } from "vitest";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";
import { plainAccess } from "../../src/wire/node-access.ts";
import { RedisNodeClients } from "../../src/wire/redis-node-clients.ts";
import { aFakeNode, type Answer, type FakeReply } from "./fake-node.ts";
import { serverTexts } from "./server-texts.ts";

/** Whose replica the node is, once it is one. */
export const HEIR = "f".repeat(40);

export interface NodeLikeOptions {
  /** As it is at that moment. */
  readonly stateOf?: () => string;
  readonly timeoutMs?: number;
}

/**
 * A node that looks like a real one of this version, in this state, and answers the rest as `more` says, with a
 * client of it; `asked` is all that it was sent.
 */
export async function aNodeLike(
  server: string,
  more: Answer,
  { stateOf = () => "primary", timeoutMs = 5000 }: NodeLikeOptions = {},
) {
  const texts = serverTexts(server);
  const node = await aFakeNode((command) => {
    const basics: Record<string, () => FakeReply> = {
      "CLUSTER NODES": () => {
        const nodes = texts.read(stateOf(), "nodes");
        // The replica that the texts are of follows the very node that has now become one.
        return stateOf() === "replica" ? nodes.replaceAll(idIn(server, "primary"), HEIR) : nodes;
      },
      "CLUSTER INFO": () => texts.read(stateOf(), "cluster-info"),
      INFO: () => texts.read(stateOf(), "info"),
      DBSIZE: () => 33,
    };
    return basics[command.join(" ")]?.() ?? more(command);
  });
  const clients = new RedisNodeClients(plainAccess(timeoutMs));
  onTestFinished(() => clients[Symbol.dispose]());
  const asked = () => node.commands.map((command) => command.join(" "));
  return { client: clients.at(node.address), asked };
}

/** The id of the node that such a one is. */
export function idIn(server: string, state: string): string {
  return parseNodes(serverTexts(server).read(state, "nodes")).self.id;
}
