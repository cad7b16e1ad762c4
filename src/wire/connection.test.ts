import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  aClosedPort,
  aFakeNode,
  type FakeNode,
  type FakeReply,
  hangUp,
  Misbehaviour,
  silence,
} from "../../test/support/fake-node.ts";
import type { SlotctlError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { type NodeAccess, plainAccess } from "./node-access.ts";
import { ReplyError } from "./reply-errors.ts";

const PASSWORD = "open-sesame-42";
/** Long enough that 50 ms and one such wait cannot be taken for each other on a busy machine. */
const TIMEOUT_MS = 1500;

function connectTo({ address }: Pick<FakeNode, "address">, changes: Partial<NodeAccess> = {}): Connection {
  return new Connection(address, { ...plainAccess(TIMEOUT_MS), ...changes });
}

async function failureOf(work: Promise<unknown>): Promise<SlotctlError> {
  return await work.then(
    (value) => Promise.reject(new Error(`did not fail: ${inspect(value)}`)),
    (error: SlotctlError) => error,
  );
}

async function timed(work: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work;
  return performance.now() - startMs;
}

test("replies come in the order of the commands, error replies among them, over one connection", async () => {
  const node = await aFakeNode(([name]) => (name === "BAD" ? new Error("ERR no such thing") : `${name}!`));
  const connection = connectTo(node);
  const replies = await connection.send([["A", 1, "x"], ["BAD"], ["C"]]);
  expect(replies).toEqual(["A!", new ReplyError("ERR no such thing"), "C!"]);
  await connection.send([["D"]]);
  expect(node.commands).toEqual([["A", "1", "x"], ["BAD"], ["C"], ["D"]]);
  expect(node.connectionCount()).toBe(1);
});

test("keys are bytes in both directions", async () => {
  const node = await aFakeNode(([, key]) => [key ?? null, null]);
  const key = Buffer.from([0, 13, 10, 0xff, 0xfe]);
  expect(await connectTo(node).send([["ECHO", key]], { asBuffers: true })).toEqual([[key, null]]);
});

test("a node that never answers costs its timeout once and then hardly anything", async () => {
  const connection = connectTo(await aFakeNode(() => silence));
  const first = failureOf(connection.send([["PING"]]));
  expect(await timed(first)).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
  expect(await first).toMatchObject({ name: "ConnectFailed", code: "node-silent" });
  const second = failureOf(connection.send([["PING"]]));
  expect(await timed(second)).toBeLessThan(TIMEOUT_MS / 2);
  expect(await second).toMatchObject({ code: "node-silent" });
});

test("a node that answers late is listened to again, and its late reply is nobody else's", async () => {
  const waking = Promise.withResolvers<FakeReply>();
  const node = await aFakeNode(([name]) => (name === "SLOW" ? waking.promise : "fresh"));
  const connection = connectTo(node, { timeoutMs: 100 });
  expect(await failureOf(connection.send([["SLOW"]]))).toMatchObject({ code: "node-silent" });
  waking.resolve("stale");
  await expect
    .poll(() => connection.send([["NEXT"]], { timeoutMs: 5000 }).catch((error: SlotctlError) => error.code))
    .toEqual(["fresh"]);
  expect(node.connectionCount()).toBe(1);
});

test("a node that goes on answering is not silent, however long it takes for all", async () => {
  const answerOf = async ([name = ""]: readonly string[]) => {
    await pause(TIMEOUT_MS / 2);
    return name;
  };
  const connection = connectTo(await aFakeNode(answerOf));
  const all = connection.send([["A"], ["B"], ["C"], ["D"]]);
  expect(await timed(all)).toBeGreaterThan(TIMEOUT_MS);
  expect(await all).toEqual(["A", "B", "C", "D"]);
});

test("half an answer is no answer", async () => {
  const connection = connectTo(await aFakeNode(() => new Misbehaviour("says nothing more", "$10\r\nabc")), {
    timeoutMs: 100,
  });
  expect(await failureOf(connection.send([["PING"]]))).toMatchObject({ code: "node-silent" });
});

test("a refused port is unreachable, at once", async () => {
  const connection = connectTo({ address: await aClosedPort() }, { timeoutMs: 60_000 });
  const error = await failureOf(connection.send([["PING"]]));
  expect(error).toMatchObject({ name: "ConnectFailed", code: "node-unreachable" });
  expect(error.message).toMatch(/connection refused/);
  expect(error.hint).toMatch(/Is the server running/);
});

test("a connection that breaks with replies outstanding fails the send, and the next one connects anew", async () => {
  const node = await aFakeNode(([name]) => (name === "BREAK" ? hangUp : "v"));
  const connection = connectTo(node);
  const error = await failureOf(connection.send([["A"], ["BREAK"], ["C"]]));
  expect(error).toMatchObject({ name: "NodeFailed", code: "connection-lost", hint: undefined });
  expect(await connection.send([["A"], ["B"]])).toEqual(["v", "v"]);
  expect(node.connectionCount()).toBe(2);
});

test("a connection that we closed is not opened anew, not even by what was outstanding", async () => {
  const node = await aFakeNode(() => silence);
  const connection = connectTo(node, { timeoutMs: 60_000 });
  const outstanding = failureOf(connection.send([["A"]]));
  await expect.poll(() => node.connectionCount()).toBe(1);
  connection.close();
  expect(await outstanding).toMatchObject({ code: "connection-lost" });
  expect(await failureOf(connection.send([["B"]]))).toMatchObject({ code: "node-unreachable" });
  expect(node.connectionCount()).toBe(1);
});

test("a connection that the node closed while idle is opened anew without anybody noticing", async () => {
  const node = await aFakeNode(([name]) => (name === "LAST" ? new Misbehaviour("closes", "+bye\r\n") : "v"));
  const connection = connectTo(node);
  expect(await connection.send([["LAST"]])).toEqual(["bye"]);
  await expect.poll(() => connection.send([["A"]]).catch(() => "not yet")).toEqual(["v"]);
});

test.each([
  ["ERR AUTH <password> called without any password configured for the default user. Are you sure?"],
  ["ERR Client sent AUTH, but no password is set"],
])("a password for a node that wants none is fine: %s", async (message) => {
  const node = await aFakeNode(([name]) => (name === "AUTH" ? new Error(message) : "v"));
  const connection = connectTo(node, { password: PASSWORD });
  expect(connection.takesPassword).toBe(true);
  expect(await connection.send([["A"]])).toEqual(["v"]);
  expect(node.commands[0]).toEqual(["AUTH", PASSWORD]);
  expect(connection.takesPassword).toBe(false);
});

test("a user that the node does not know is denied even where the default user needs no password", async () => {
  const message = "ERR AUTH <password> called without any password configured for the default user.";
  const node = await aFakeNode(() => new Error(message));
  const connection = connectTo(node, { username: "ops", password: PASSWORD });
  expect(await failureOf(connection.send([["A"]]))).toMatchObject({ code: "node-denied" });
  expect(node.commands).toEqual([["AUTH", "ops", PASSWORD]]);
});

test("a user who needs no password is asked for all the same", async () => {
  const node = await aFakeNode(() => "OK");
  await connectTo(node, { username: "ops" }).send([["A"]]);
  expect(node.commands).toEqual([["AUTH", "ops", ""], ["A"]]);
});

test("a user who needs a password and is given none is denied, and nothing runs as somebody else", async () => {
  const node = await aFakeNode(
    () => new Error("WRONGPASS invalid username-password pair or user is disabled."),
  );
  const error = await failureOf(connectTo(node, { username: "ops" }).send([["A"]]));
  expect(error).toMatchObject({ name: "ConnectFailed", code: "node-denied" });
  expect(node.commands).toEqual([["AUTH", "ops", ""]]);
});

test("authenticates once per connection, before anything else", async () => {
  const node = await aFakeNode(([name]) => (name === "BREAK" ? hangUp : "OK"));
  const connection = connectTo(node, { username: "ops", password: PASSWORD });
  await connection.send([["A"]]);
  await failureOf(connection.send([["BREAK"]]));
  await connection.send([["B"]]);
  expect(node.commands.map(([name]) => name)).toEqual(["AUTH", "A", "BREAK", "AUTH", "B"]);
});

test.each<{ name: string; answer: (command: readonly string[]) => FakeReply; code: string }>([
  {
    name: "a wrong password",
    answer: () => new Error("WRONGPASS invalid username-password pair or user is disabled."),
    code: "node-denied",
  },
  {
    name: "a server that quotes what it does not know",
    answer: (command) =>
      new Error(`ERR unknown command '${command[0]}', with args beginning with: '${command[1]}' `),
    code: "node-denied",
  },
  { name: "a connection closed at AUTH", answer: () => hangUp, code: "connection-lost" },
  { name: "no answer to AUTH", answer: () => silence, code: "node-silent" },
])("no password is in the error, its cause or its stack: $name", async ({ answer, code }) => {
  const connection = connectTo(await aFakeNode(answer), { password: PASSWORD, timeoutMs: 300 });
  const error = await failureOf(connection.send([["A"]]));
  expect(error).toMatchObject({ code });
  expect(inspect(error, { depth: 10 })).not.toContain(PASSWORD);
});

test("no password of a command is in an error: quoted by the node, or when the connection breaks", async () => {
  const node = await aFakeNode(([name]) =>
    name === "BREAK"
      ? hangUp
      : new Error(`ERR unknown command 'MIGRATE', with args beginning with: 'AUTH' '${PASSWORD}' `),
  );
  const connection = connectTo(node);
  expect(inspect(await connection.send([["MIGRATE", "AUTH", PASSWORD]]))).not.toContain(PASSWORD);
  const broken = await failureOf(connection.send([["BREAK", PASSWORD]]));
  expect(inspect(broken, { depth: 10 })).not.toContain(PASSWORD);
});

test("nothing keeps the process alive after close", async () => {
  const node = await aFakeNode(([name]) => (name === "PING" ? "PONG" : silence));
  const file = fileURLToPath(new URL("connection.ts", import.meta.url));
  const program = `
    const { Connection } = await import(${JSON.stringify(file)});
    const access = { timeoutMs: 100, mapAddress: (announced) => announced };
    const tls = { insecure: true };
    const [idle, silent, handshaking] = [access, access, { ...access, tls }].map(
      (one) => new Connection(${JSON.stringify(node.address)}, one),
    );
    console.log(await idle.send([["PING"]], { timeoutMs: 10_000 }));
    for (const one of [silent, handshaking]) console.log(await one.send([["X"]]).catch((error) => error.code));
    for (const one of [idle, silent, handshaking]) one.close();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const [exitCode] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  expect(printed).toBe("[ 'PONG' ]\nnode-silent\nnode-silent\n");
  expect(exitCode).toBe(0);
}, 30_000);
