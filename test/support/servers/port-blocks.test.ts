import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { busOffset, isPortPairFree, reservePorts } from "./port-blocks.ts";

test("no port is given twice, and every bus port stays below the ephemeral range", async () => {
  const reservations = await Promise.all([1, 6, 40, 6].map((count) => reservePorts(count)));
  const ports = reservations.flatMap((reservation) => reservation.ports);
  await Promise.all(reservations.map((reservation) => reservation.release()));

  expect(new Set(ports).size).toBe(53);
  expect(Math.max(...ports) + busOffset).toBeLessThan(22_768);
});

test("a port whose bus port is taken is not free", async () => {
  const { ports, release } = await reservePorts(1);
  const [port = 0] = ports;
  const bus = createServer().listen(port + busOffset, "127.0.0.1");
  await once(bus, "listening");
  expect(await isPortPairFree(port)).toBe(false);

  bus.close();
  await once(bus, "close");
  expect(await isPortPairFree(port)).toBe(true);
  await release();
});

test("more ports than there are cannot be had", async () => {
  await expect(reservePorts(100_000)).rejects.toThrow(/of 100000 ports/);
});
