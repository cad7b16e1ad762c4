import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestServer } from "../../servers/test-server.ts";
import { isPortPairFree, type ReservedPorts, reservePorts } from "./port-blocks.ts";
import { RunningNode } from "./running-node.ts";
import type { TlsFiles } from "./tls-files.ts";

export type { RunningNode } from "./running-node.ts";

export interface StartNodesOptions {
  readonly server: TestServer;
  readonly count: number;
  /** More settings, or other values for those of node-config.ts, as they would stand in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** Ports from this one on, for whoever must know them beforehand. Without it, ports that nobody else gets. */
  readonly basePort?: number;
  readonly host?: string;
  /** Listens with TLS only, for clients, replication and bus. */
  readonly tls?: TlsFiles;
  /** Allows DEBUG where the version has to be told so. */
  readonly isDebugAllowed?: boolean;
  readonly readyTimeoutMs?: number;
}

export interface RunningNodes extends AsyncDisposable {
  readonly nodes: readonly RunningNode[];
  /** Ends exactly these processes and removes their directories; done as well if this process ends without it. */
  readonly stop: () => Promise<void>;
}

/** Starts empty, unconnected servers in cluster mode on loopback; returns when all of them answer PING. */
export async function startNodes(options: StartNodesOptions): Promise<RunningNodes> {
  const { server, count, config, basePort, host = "127.0.0.1", tls, isDebugAllowed } = options;
  const { readyTimeoutMs = 20_000 } = options;
  const reserved =
    basePort === undefined ? await reservePorts(count, host) : await claimPorts(basePort, count, host);
  const nodes = await Promise.all(
    reserved.ports.map(async (port) => {
      const dir = await mkdtemp(join(await realpath(tmpdir()), `slotctl-node-${port}-`));
      return new RunningNode({ server, host, port, dir, tls, isDebugAllowed, config, readyTimeoutMs });
    }),
  );
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.remove()));
    await reserved.release();
  };

  const starts = await Promise.allSettled(nodes.map((node) => node.start()));
  const failed = starts.find((start) => start.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop };
}

async function claimPorts(basePort: number, count: number, host: string): Promise<ReservedPorts> {
  const ports = Array.from({ length: count }, (_, index) => basePort + index);
  for (const port of ports) {
    if (!(await isPortPairFree(port, host)))
      throw new Error(`port ${port} or its bus port is taken on ${host}`);
  }
  return { ports, release: async () => {} };
}
