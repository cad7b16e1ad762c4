import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { findServer } from "../../src/local/find-server.ts";
import { listLocal } from "../../src/local/list-local.ts";
import { startLocalNodes } from "../../src/local/start-nodes.ts";
import { stopLocal } from "../../src/local/stop-local.ts";
import { listServers } from "../servers/list-servers.ts";
import { freeBasePort } from "../support/a-fake-server.ts";

const servers = await listServers();

test("there is a server to start", () => {
  expect(servers).not.toEqual([]);
});

test.each(servers)(
  "$engine $version: nodes start, take the conf as it is meant, and end",
  async (testServer) => {
    const stateDirectory = await mkdtemp(join(tmpdir(), "slotctl live ")); // A space, for the conf has to quote it.
    const basePort = await freeBasePort({ from: 20_000, nodes: 3 });
    const place = { stateDirectory, basePort };
    onTestFinished(async () => {
      await stopLocal(place);
      await rm(stateDirectory, { recursive: true });
    });
    const server = await findServer({ path: testServer.serverPath, env: process.env });
    expect(server).toMatchObject({ engine: testServer.engine, version: testServer.version });

    const password = String.raw`a "b\ c`;
    const options = { server, nodes: 3, replicas: 0, basePort, stateDirectory, env: process.env, password };
    const cluster = await startLocalNodes({ ...options, now: new Date() });
    const { clusters } = await listLocal(stateDirectory);
    expect(clusters.map(({ running }) => running)).toEqual([3]);
    for (const { port, directory, process } of cluster.nodes) {
      const said = await ask(port, [
        ["AUTH", password],
        ["CLUSTER", "INFO"],
        ["CONFIG", "GET", "dir"],
        ["INFO", "server"],
      ]);
      expect(said).toContain("+OK\r\n");
      expect(said).toContain("cluster_known_nodes:1");
      expect(said).toContain(directory);
      expect(said).toContain(`process_id:${process?.pid}\r\n`);
      const nodeLog = await readFile(join(directory, "node.log"), "utf8");
      expect(nodeLog).not.toContain(password);
    }

    expect(await stopLocal(place)).toMatchObject({ ended: 3, killed: 0, dead: [] });
    expect(await readdir(stateDirectory)).toEqual([]);
  },
);

/** Sends commands in one go and returns all that comes back until the node closes the connection. */
async function ask(port: number, commands: readonly (readonly string[])[]): Promise<string> {
  const socket = createConnection({ host: "127.0.0.1", port }).setEncoding("utf8");
  let answer = "";
  socket.on("data", (text: string) => (answer += text));
  socket.end([...commands, ["QUIT"]].map(encode).join(""));
  await once(socket, "close");
  return answer;
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}
