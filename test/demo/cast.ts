import { mkdtemp, realpath } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath } from "../servers/find-on-path.ts";
import type { TestServer } from "../servers/test-server.ts";
import { type ReservedPorts, reservePorts } from "../support/servers/port-blocks.ts";

/** Who plays: a server program, and ports in a row for six nodes and two that join them later. */
export interface Cast {
  readonly server: TestServer;
  /** How `local up` is told of the server: not at all where it would find the same one by itself. */
  readonly serverFlag: readonly string[];
  readonly firstPort: number;
  readonly joiningPort: number;
  /** The demo's local clusters are kept apart from the operator's own. */
  readonly stateHome: string;
  readonly releasePorts: () => Promise<void>;
}

export const nodeCount = 6;
export const joiningCount = 2;
const attemptsMax = 50;

export async function gatherCast(server: TestServer): Promise<Cast> {
  const reserved = await reserveRow(nodeCount + joiningCount);
  const [firstPort = 0] = reserved.ports;
  return {
    server,
    serverFlag: await findServerFlag(server),
    firstPort,
    joiningPort: firstPort + nodeCount,
    stateHome: await mkdtemp(join(await realpath(tmpdir()), "slotctl-demo-")),
    releasePorts: reserved.release,
  };
}

/** Nodes of a local cluster have one port after the other. */
async function reserveRow(count: number): Promise<ReservedPorts> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const reserved = await reservePorts(count);
    const [first = 0] = reserved.ports;
    if (reserved.ports.every((port, index) => port === first + index)) return reserved;
    await reserved.release();
  }
  throw new Error(`There are no ${count} free ports in a row on 127.0.0.1: stop some of the servers there.`);
}

async function findServerFlag({ serverPath }: TestServer): Promise<string[]> {
  const found = (await findOnPath("redis-server")) ?? (await findOnPath("valkey-server"));
  return found === serverPath ? [] : ["--server", serverPath];
}

/** A path as one would type it. */
export function typedPath(path: string): string {
  const home = `${homedir()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
