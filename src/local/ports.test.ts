import { once } from "node:events";
import { createServer } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { freeBasePort } from "../../test/support/a-fake-server.ts";
import { BUS_PORT_OFFSET } from "../cluster/address.ts";
import { Refused, UsageError } from "../errors.ts";
import { localPorts, requireFreePorts } from "./ports.ts";

test("every node has a port and a bus port that no other has", () => {
  const wishes = fc
    .integer({ min: 1, max: BUS_PORT_OFFSET })
    .chain((nodes) =>
      fc.record({ nodes: fc.constant(nodes), basePort: fc.integer({ min: 1, max: 55_536 - nodes }) }),
    );
  fc.assert(
    fc.property(wishes, ({ nodes, basePort }) => {
      const ports = localPorts({ basePort, nodes });
      const all = [...ports, ...ports.map((port) => port + BUS_PORT_OFFSET)];
      expect(ports[0]).toBe(basePort);
      expect(ports).toHaveLength(nodes);
      expect(new Set(all).size).toBe(all.length);
      expect(Math.max(...all)).toBeLessThanOrEqual(65_535);
    }),
  );
});

test("what would not be ports is refused", () => {
  const wishes = fc.oneof(
    fc.record({ nodes: fc.integer({ min: 1, max: BUS_PORT_OFFSET }), basePort: fc.integer({ min: 55_536 }) }),
    fc.record({ nodes: fc.integer({ min: 2, max: BUS_PORT_OFFSET }), basePort: fc.constant(55_535) }),
    fc.record({ nodes: fc.constant(6), basePort: fc.integer({ max: 0 }) }),
    fc.record({
      nodes: fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 10_001 })),
      basePort: fc.constant(1),
    }),
  );
  fc.assert(
    fc.property(wishes, (wish) => {
      expect(() => localPorts(wish)).toThrow(UsageError);
    }),
  );
});

test.each([
  { basePort: 55_531, nodes: 6, hint: "Choose a --base-port from 1 to 55530." },
  { basePort: 0, nodes: 1, hint: "Choose a --base-port from 1 to 55535." },
  { basePort: 7000.5, nodes: 1, hint: "Choose a --base-port from 1 to 55535." },
  { basePort: 7000, nodes: 0, hint: "Ask for 1 to 10000 nodes with --nodes." },
])("$nodes nodes from $basePort on: $hint", ({ basePort, nodes, hint }) => {
  expect(() => localPorts({ basePort, nodes })).toThrow(expect.objectContaining({ hint }));
});

test("names every port that is taken, for clients or for the bus, at once", async () => {
  const basePort = await freeBasePort({ from: 12_000, nodes: 3 });
  const ports = localPorts({ basePort, nodes: 3 });
  await requireFreePorts(ports);

  await listenOn(basePort + 1);
  await listenOn(basePort + 2 + BUS_PORT_OFFSET);
  const error: unknown = await requireFreePorts(ports).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({
    code: "ports-in-use",
    message: `Ports ${basePort + 1}, ${basePort + 2 + BUS_PORT_OFFSET} on 127.0.0.1 are not free. Nothing was started.`,
    hint: expect.stringContaining("--base-port"),
  });
});

test("leaves the ports free", async () => {
  const basePort = await freeBasePort({ from: 12_500, nodes: 1 });
  await requireFreePorts([basePort]);
  await expect(listenOn(basePort)).resolves.toBeUndefined();
});

async function listenOn(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    await once(server, "close");
  });
}
