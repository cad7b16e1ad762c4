import { shortId } from "../cluster/node-name.ts";
import { nodeById } from "../cluster/topology.ts";
import type { ProblemContext } from "./problem-wording.ts";

/** The server's own client, for what slotctl has no command for: `redis-cli -h 10.0.0.1 -p 6379 …`. */
export function serverCommand(id: string, command: string, { topology }: ProblemContext): string {
  const node = nodeById(topology, id);
  const program = node?.view?.engine === "valkey" ? "valkey-cli" : "redis-cli";
  const place = node?.address
    ? `-h ${node.address.host} -p ${node.address.port}`
    : `-h HOST_OF_${shortId(id)}`;
  return `${program} ${place} ${command}`;
}
