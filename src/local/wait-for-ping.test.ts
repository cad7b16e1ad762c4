import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { answersPing, waitForPing } from "./wait-for-ping.ts";

const never = new AbortController().signal;

test.each([
  { name: "a server", parts: ["+PONG\r\n"], expected: true },
  { name: "a server in small pieces", parts: ["+PO", "NG\r", "\n"], expected: true },
  { name: "a server with a password", parts: ["-NOAUTH Authentication required.\r\n"], expected: true },
  {
    name: "a server that loads",
    parts: ["-LOADING Redis is loading the dataset in memory\r\n"],
    expected: false,
  },
  { name: "something else", parts: ["HTTP/1.1 400 Bad Request\r\n"], expected: false },
])("$name: $expected", async ({ parts, expected }) => {
  const port = await listen((socket) => parts.forEach((part) => socket.write(part)));
  expect(await answersPing({ port, timeoutMs: 5000 })).toBe(expected);
});

test("one that accepts and says nothing is given up", async () => {
  const port = await listen(() => undefined);
  expect(await answersPing({ port, timeoutMs: 20 })).toBe(false);
  expect(await waitForPing({ port, deadlineMs: 60, hasEnded: () => false, signal: never })).toBe("silent");
});

test("asks again until it answers, and stops asking when the process has ended", async () => {
  let connections = 0;
  const port = await listen((socket) => {
    connections++;
    if (connections < 3) socket.destroy();
    else socket.write("+PONG\r\n");
  });
  const wait = { port, deadlineMs: 5000, signal: never };
  expect(await waitForPing({ ...wait, hasEnded: () => false })).toBe("answers");
  expect(connections).toBe(3);
  expect(await waitForPing({ ...wait, hasEnded: () => true })).toBe("ended");
  expect(connections).toBe(3);
});

test("a signal ends the wait, between two attempts and in the middle of one", async () => {
  const closing = await listen((socket) => socket.destroy());
  const wait = { port: closing, deadlineMs: 60_000, hasEnded: () => false, signal: AbortSignal.timeout(30) };
  await expect(waitForPing(wait)).rejects.toMatchObject({ name: "AbortError" });

  const silent = await listen(() => undefined);
  const attempt = { port: silent, timeoutMs: 60_000, signal: AbortSignal.timeout(30) };
  expect(await answersPing(attempt)).toBe(false);
});

/** Port of a server that does this with every connection. */
async function listen(handle: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => socket.destroy()));
    handle(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}
