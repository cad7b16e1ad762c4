import { once } from "node:events";
import { createServer } from "node:net";
import { BUS_PORT_OFFSET } from "../cluster/address.ts";
import { Refused, UsageError } from "../errors.ts";
import { LOCAL_HOST } from "./local-cluster.ts";

const PORT_MAX = 65_535;

/**
 * The ports for clients of a local cluster: one a node, from the base port on.
 *
 * @throws UsageError when one of them, or its bus port, would not be a port, or two would be the same.
 */
export function localPorts({ basePort, nodes }: { basePort: number; nodes: number }): number[] {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > BUS_PORT_OFFSET) {
    throw new UsageError(`A local cluster cannot have ${nodes} nodes.`, {
      code: "bad-node-count",
      hint: `Ask for 1 to ${BUS_PORT_OFFSET} nodes with --nodes.`,
    });
  }
  const basePortMax = PORT_MAX - BUS_PORT_OFFSET - (nodes - 1);
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > basePortMax) {
    throw new UsageError(
      `${basePort} cannot be the base port of ${nodes} nodes: each needs its port and the one ${BUS_PORT_OFFSET} above.`,
      { code: "bad-base-port", hint: `Choose a --base-port from 1 to ${basePortMax}.` },
    );
  }
  return Array.from({ length: nodes }, (_, index) => basePort + index);
}

/**
 * Makes sure that nothing listens on the ports, nor on their bus ports.
 *
 * @throws Refused naming every port that cannot be had.
 */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  const wanted = [...ports, ...ports.map((port) => port + BUS_PORT_OFFSET)];
  const refusals = await Promise.all(wanted.map(async (port) => ({ port, reason: await whyNotFree(port) })));
  const taken = refusals.filter(({ reason }) => reason !== undefined);
  if (taken.length === 0) return;

  const list = taken
    .map(({ port, reason }) => (reason === "in use" ? port : `${port} (${reason})`))
    .join(", ");
  const [noun, verb] = taken.length === 1 ? ["Port", "is"] : ["Ports", "are"];
  throw new Refused(`${noun} ${list} on ${LOCAL_HOST} ${verb} not free. Nothing was started.`, {
    code: "ports-in-use",
    hint: `Choose another --base-port; a node needs its port and the one ${BUS_PORT_OFFSET} above. "slotctl local list" shows the local clusters.`,
  });
}

/** Only an attempt to listen tells; undefined if it is free. */
async function whyNotFree(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: LOCAL_HOST, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    return reasonOf(error as NodeJS.ErrnoException);
  }
  server.close();
  await once(server, "close");
  return undefined;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === "EADDRINUSE") return "in use";
  if (error.code === "EACCES") return "only for root";
  throw error;
}
