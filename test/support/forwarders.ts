import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { RunningNode } from "./servers/start-nodes.ts";

/** Ways to nodes that lead through this process, and that can be cut off. */
export interface Forwarders extends AsyncDisposable {
  /** The values of --map that lead slotctl this way. */
  readonly maps: readonly string[];
  /** From now on nothing passes, and nobody is told: what a lost network looks like. */
  cut(): void;
  /** Lets new connections through; those from before stay dead. */
  mend(): void;
}

export async function forwardersTo(nodes: readonly RunningNode[]): Promise<Forwarders> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const join = (near: Socket, port: number): void => {
    sockets.add(near);
    near.on("error", () => undefined);
    near.once("close", () => sockets.delete(near));
    if (isCut) {
      near.pause();
      return;
    }
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    sockets.add(far);
    far.on("error", () => near.destroy());
    far.once("close", () => sockets.delete(far));
    near.once("close", () => far.destroy());
    near.pipe(far).pipe(near);
  };
  const servers = await Promise.all(nodes.map(({ port }) => listening((near) => join(near, port))));
  return {
    maps: nodes.map(({ address }, index) => `${address}=127.0.0.1:${portOf(servers[index])}`),
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend: () => {
      isCut = false;
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => once(server.close(), "close")));
    },
  };
}

async function listening(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, onConnection);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (!address || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
