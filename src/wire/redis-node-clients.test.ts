import { expect, test } from "vitest";
import { aFakeNode } from "../../test/support/fake-node.ts";
import { plainAccess } from "./node-access.ts";
import { RedisNodeClients } from "./redis-node-clients.ts";

test("after they are disposed of no node is connected to, whoever asks for it", async () => {
  const [known, unknown] = [await aFakeNode(() => "PONG"), await aFakeNode(() => "PONG")];
  const clients = new RedisNodeClients(plainAccess(5000));
  await clients.at(known.address).ping();
  clients[Symbol.dispose]();
  for (const { address } of [known, unknown]) {
    await expect(clients.at(address).ping()).rejects.toMatchObject({ code: "node-unreachable" });
  }
  expect([known.connectionCount(), unknown.connectionCount()]).toEqual([1, 0]);
});
