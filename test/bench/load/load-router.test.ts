import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { LoadRouter } from "./load-router.ts";

const slot = 5;
const operation = { index: 0, fromMs: 0, slot, command: "*1\r\n$3\r\nGET\r\n", redirections: 0 };

test.each([
  { name: "MOVED", first: (port: number) => `-MOVED 5 127.0.0.1:${port}\r\n`, second: "GET" },
  { name: "ASK", first: (port: number) => `-ASK 5 127.0.0.1:${port}\r\n`, second: "ASKING GET" },
])("follows $name, and says that it asks where it has to", async ({ first, second }) => {
  await using target = await aNode([]);
  await using source = await aNode([first(target.port)]);
  const { answers, router } = routerTo(source.port);
  router.send({ ...operation });
  router.flush();
  await until(() => answers.length > 0);
  expect(target.commands.join(" ")).toBe(second);
  expect({ pending: router.pending, failures: router.failures }).toEqual({ pending: 0, failures: [] });
  router.close();
});

test("remembers where a slot has moved to", async () => {
  await using target = await aNode([]);
  await using source = await aNode([`-MOVED 5 127.0.0.1:${target.port}\r\n`]);
  const { answers, router } = routerTo(source.port);
  for (const count of [1, 2]) {
    router.send({ ...operation });
    router.flush();
    await until(() => answers.length === count);
  }
  expect([source.commands.length, target.commands.length]).toEqual([1, 2]);
  router.close();
});

test("asks again after TRYAGAIN", async () => {
  await using source = await aNode(["-TRYAGAIN Multiple keys request\r\n"]);
  const { answers, router } = routerTo(source.port);
  router.send({ ...operation });
  router.flush();
  await until(() => answers.length > 0);
  expect(source.commands).toEqual(["GET", "GET"]);
  router.close();
});

test.each([
  { name: "an error that nothing cures", reply: "-ERR no\r\n", failure: "ERR no" },
  { name: "a value that is gone", reply: "$-1\r\n", failure: "a key is gone" },
])("$name is a failure and no answer", async ({ reply, failure }) => {
  await using source = await aNode([reply]);
  const { answers, router } = routerTo(source.port);
  router.send({ ...operation });
  router.flush();
  await until(() => router.pending === 0);
  expect({ answers, failures: router.failures }).toEqual({ answers: [], failures: [failure] });
  router.close();
});

test("operations of a connection that breaks have failed", async () => {
  const source = await aNode([""]);
  const { router } = routerTo(source.port);
  router.send({ ...operation });
  router.flush();
  await until(() => source.commands.length > 0);
  await source[Symbol.asyncDispose]();
  await until(() => router.pending === 0);
  expect(router.failures).toEqual([`connection to port ${source.port}: closed`]);
  router.close();
});

function routerTo(port: number): { router: LoadRouter; answers: number[] } {
  const answers: number[] = [];
  const nodes = [{ announcedPort: port, port, slotRanges: [[0, 16_383]] as const }];
  return { router: new LoadRouter(nodes, ({ index }) => answers.push(index)), answers };
}

/** Answers the first commands as told, and all others with OK. */
async function aNode(
  replies: readonly string[],
): Promise<{ port: number; commands: string[] } & AsyncDisposable> {
  const commands: string[] = [];
  const server = createServer((socket) => {
    socket.on("data", (data) => {
      for (const [, command = ""] of data.toString().matchAll(/\r\n([A-Z]+)\r\n/g)) {
        socket.write(replies[commands.length] ?? "+OK\r\n");
        commands.push(command);
      }
    });
    closing.signal.addEventListener("abort", () => socket.destroy());
  });
  const closing = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    commands,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      server.close();
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 5000; !holds(); await delay(2))
    if (performance.now() > endMs) throw new Error("it does not come");
}
