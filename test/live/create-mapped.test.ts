import { createServer, connect, type Server } from "node:net";
import { expect, test } from "vitest";
import { oneServer } from "../support/move-servers.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

/** Passes connections on, as a port map between an operator and the nodes does. */
async function forwardTo(port: number): Promise<{ port: number; server: Server }> {
  const server = createServer((client) => {
    const node = connect({ host: "127.0.0.1", port });
    client.pipe(node).pipe(client);
    client.on("error", () => node.destroy());
    node.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return { port: address.port, server };
}

test("nodes behind a port map meet where they reach each other, not where slotctl reaches them", async () => {
  await using nodes = await startNodes({ server: await oneServer(), count: 4 });
  const forwarders = await Promise.all(nodes.nodes.map((node) => forwardTo(node.port)));
  try {
    const maps = nodes.nodes.map(
      (node, index) => `${node.address}=127.0.0.1:${forwarders[index]?.port ?? 0}`,
    );
    const addresses = nodes.nodes.map((node) => node.address);
    const mapped = ["--map", ...maps, "--yes", "--json"];
    const created = await runSlotctl(["create", ...addresses.slice(0, 3), ...mapped]);
    expect(created).toMatchObject({ exitCode: 0 });
    const added = await runSlotctl(["add-node", addresses[3] ?? "", addresses[0] ?? "", ...mapped]);
    expect(added).toMatchObject({ exitCode: 0 });
    // Without the map: all four know each other by their own ports, and not by those of the map.
    const plain = await runSlotctl(["info", addresses[0] ?? "", "--json"]);
    const { nodes: seen } = plain.json().data as {
      nodes: { address: string; reachable: boolean }[];
    };
    expect(seen.map(({ address }) => address).toSorted()).toEqual(addresses.toSorted());
    expect(seen.every(({ reachable }) => reachable)).toBe(true);
  } finally {
    for (const { server } of forwarders) server.close();
  }
});
