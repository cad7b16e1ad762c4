import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LocalServer } from "../../src/local/find-server.ts";
import { requireFreePorts } from "../../src/local/ports.ts";
import { listLocal } from "../../src/local/list-local.ts";
import { stopProcesses } from "../../src/local/stop-processes.ts";

/** How a fake node goes wrong: it ends at once, it never answers, it does not end when asked. */
export type Misbehaviour = "ends" | "silent" | "stubborn";

/** A program that starts like a server, and answers PING; `misbehaviours` are by port. */
export async function aFakeServer(
  directory: string,
  misbehaviours: Readonly<Record<number, Misbehaviour>> = {},
): Promise<LocalServer> {
  const path = join(directory, "fake-server.cjs");
  const constants = `const misbehaviours = ${JSON.stringify(misbehaviours)};`;
  await writeFile(path, `#!${process.execPath}\n${constants}\n${program}`, { mode: 0o755 });
  return { path, engine: "redis", version: "7.0.15" };
}

/** A directory of its own for a test; what runs in it as a local cluster ends with the test, and it goes. */
export async function aStateDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "slotctl-local-")));
  onTestFinished(async () => {
    const { clusters } = await listLocal(directory);
    const nodes = clusters.flatMap((cluster) => cluster.nodes);
    await stopProcesses(
      nodes.flatMap(({ process }) => process ?? []),
      { deadlineMs: 0 },
    );
    await rm(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Free together with the bus ports. Test files run side by side, so each has a range of its own to look in. */
export async function freeBasePort({ from, nodes }: { from: number; nodes: number }): Promise<number> {
  for (let basePort = from; basePort < from + 500; basePort += nodes) {
    const ports = Array.from({ length: nodes }, (_, index) => basePort + index);
    if (await areFree(ports)) return basePort;
  }
  throw new Error(`no ${nodes} ports in a row are free from ${from} on`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  return requireFreePorts(ports).then(
    () => true,
    () => false,
  );
}

const program = `
const fs = require("node:fs");
const net = require("node:net");
const conf = fs.readFileSync(process.argv[2], "utf8");
const setting = (name) => new RegExp("^" + name + ' "?([^"\\\\n]*)', "m").exec(conf)?.[1];
const port = Number(setting("port"));
const misbehaviour = misbehaviours[port];
console.log("fake server on " + port);
if (misbehaviour === "ends") {
  console.error("*** FATAL CONFIG FILE ERROR ***\\nsomething is wrong");
  process.exit(1);
}
if (misbehaviour === "stubborn") process.on("SIGTERM", () => console.log("no"));
fs.writeFileSync(setting("pidfile"), process.pid + "\\n");
net
  .createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => misbehaviour === "silent" || socket.write("+PONG\\r\\n"));
  })
  .listen(port, "127.0.0.1");
`;
