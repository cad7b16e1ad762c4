import { createServer, type Server } from "node:net";

/** Ports for cluster nodes that nobody else is given until they are released. */
export interface ReservedPorts {
  readonly ports: readonly number[];
  readonly release: () => Promise<void>;
}

/** A node's cluster bus is at its port plus this, unless it is told otherwise. */
export const busOffset = 10_000;

/** Up to 12767, so that bus ports stay below 22768, clear of the range that outgoing connections take theirs from. */
const firstPort = 7_000;
const portsEnd = 12_768;
const blockSize = 32;
const blockCount = Math.floor((portsEnd - firstPort) / blockSize);

/**
 * Reserves ports of which the bus port is free as well.
 *
 * Ports come in blocks, and a block is locked by listening on its first port: that is atomic between
 * processes, and the kernel gives a lock back whenever its owner dies, so that no lock can go stale.
 */
export async function reservePorts(count: number, host = "127.0.0.1"): Promise<ReservedPorts> {
  const ports: number[] = [];
  const guards: Server[] = [];
  const release = async () => {
    await Promise.all(guards.map(close));
  };
  // Test workers start together; each begins its search elsewhere, so that they seldom meet.
  const firstBlock = Math.floor(Math.random() * blockCount);
  for (let tried = 0; tried < blockCount && ports.length < count; tried++) {
    const blockStart = firstPort + ((firstBlock + tried) % blockCount) * blockSize;
    const guard = await listen(blockStart, "127.0.0.1");
    if (!guard) continue;
    guards.push(guard);
    for (let port = blockStart + 1; port < blockStart + blockSize && ports.length < count; port++) {
      if (await isPortPairFree(port, host)) ports.push(port);
    }
  }
  if (ports.length === count) return { ports, release };
  await release();
  throw new Error(`only ${ports.length} of ${count} ports between ${firstPort} and ${portsEnd - 1} are free`);
}

/** Whether a node could listen on this port and on its bus port now. */
export async function isPortPairFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  for (const wanted of [port, port + busOffset]) {
    const probe = await listen(wanted, host);
    if (!probe) return false;
    await close(probe);
  }
  return true;
}

function listen(port: number, host: string): Promise<Server | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>();
  const server = createServer((socket) => socket.destroy());
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(undefined);
    else reject(error);
  });
  server.listen({ port, host, exclusive: true }, () => resolve(server));
  // A reservation that nobody released shall not keep the process from ending.
  server.unref();
  return promise;
}

function close(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.close((error) => (error ? reject(error) : resolve()));
  return promise;
}
