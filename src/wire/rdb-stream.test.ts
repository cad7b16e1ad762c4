import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aFakeNode, type FakeReply, Misbehaviour, silence } from "../../test/support/fake-node.ts";
import { SlotctlError } from "../errors.ts";
import { plainAccess } from "./node-access.ts";
import { openRdbStream } from "./rdb-stream.ts";

const MARK = "0123456789abcdef0123456789abcdef01234567";
const FULL = "+FULLRESYNC 8371445ee33c1a3f0fc9e9d0f0e3f7a7a44d0f10 4711\r\n";
const access = plainAccess(5000);

/** A node that answers PSYNC with these bytes, and then hangs up or says nothing more. */
function nodeThatSends(bytes: string, ending: "closes" | "says nothing more" = "says nothing more") {
  return aFakeNode(([name]): FakeReply => {
    if (name === "PSYNC") return new Misbehaviour(ending, bytes);
    return name === "AUTH" ? 1 : new Error("ERR unknown option");
  });
}

async function readAll(bytes: string, ending?: "closes" | "says nothing more") {
  const node = await nodeThatSends(bytes, ending);
  using stream = await openRdbStream(node.address, { access, signal: new AbortController().signal });
  const chunks: Buffer[] = [];
  for await (const chunk of stream.chunks()) chunks.push(Buffer.from(chunk));
  return { stream, data: Buffer.concat(chunks).toString("latin1"), commands: node.commands };
}

async function failureOf(work: Promise<unknown>): Promise<SlotctlError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SlotctlError) return error;
  throw new Error("it should have failed with an error of ours", { cause: error });
}

describe("a node's data", () => {
  test("of a length that is told beforehand", async () => {
    const { stream, data, commands } = await readAll(`\n\n${FULL}\n\n\n$7\r\nREDIS\r\n`);
    expect(data).toBe("REDIS\r\n");
    expect(stream).toMatchObject({
      bytesTotal: 7,
      replicationId: "8371445ee33c1a3f0fc9e9d0f0e3f7a7a44d0f10",
      replicationOffset: 4711,
    });
    expect(commands).toEqual([
      ["REPLCONF", "capa", "eof"],
      ["REPLCONF", "rdb-only", "1"],
      ["PSYNC", "?", "-1"],
    ]);
  });

  test("up to a mark, where the node sends while it writes", async () => {
    const { stream, data } = await readAll(`${FULL}\n$EOF:${MARK}\r\nREDIS0011…`.replace("…", "x") + MARK);
    expect(data).toBe("REDIS0011x");
    expect(stream.bytesTotal).toBeUndefined();
  });

  test("of no bytes at all", async () => {
    expect((await readAll(`${FULL}$0\r\n`)).data).toBe("");
    expect((await readAll(`${FULL}$EOF:${MARK}\r\n${MARK}`)).data).toBe("");
  });

  test("is all of it and nothing else, however much of it looks like its end", async () => {
    const body = fc.string({ unit: "binary-ascii", maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(body, body, fc.boolean(), async (first, second, isMarked) => {
        // A part of the mark in the data is data.
        const sent = `${first}${MARK.slice(0, 20)}${second}${MARK.slice(0, 39)}`;
        const bytes = isMarked ? `$EOF:${MARK}\r\n${sent}${MARK}` : `$${sent.length}\r\n${sent}`;
        const { data } = await readAll(`${FULL}${bytes}`);
        expect(data).toBe(sent);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a node that does not send its data", () => {
  test.each([
    { reply: "-LOADING Redis is loading the dataset in memory", code: "node-loading", says: "still loading" },
    {
      reply: "-NOMASTERLINK Can't SYNC while not connected with my master",
      code: "replica-without-link",
      says: "without a link",
    },
    {
      reply: "-ERR unknown command `PSYNC`, with args beginning with: `?`",
      code: "command-missing",
      says: "no command PSYNC",
    },
    {
      reply: "-NOPERM User app has no permissions to run the 'psync' command",
      code: "node-denied",
      says: "NOPERM",
    },
    { reply: "-NOAUTH Authentication required.", code: "node-denied", says: "NOAUTH" },
    { reply: "-ERR Unable to perform background save", code: "save-refused", says: "Unable to perform" },
    { reply: "+CONTINUE", code: "save-refused", says: "CONTINUE" },
  ])("$reply", async ({ reply, code, says }) => {
    const failure = await failureOf(readAll(`${reply}\r\n`));
    expect(failure).toMatchObject({ code, node: expect.stringContaining("127.0.0.1:") as string });
    expect(failure.message).toContain(says);
  });

  test.each([
    { what: "in the middle", bytes: `${FULL}$700\r\nREDIS` },
    { what: "before its mark", bytes: `${FULL}$EOF:${MARK}\r\nREDIS0011${MARK.slice(0, 39)}` },
  ])("breaks off $what", async ({ bytes }) => {
    expect(await failureOf(readAll(bytes, "closes"))).toMatchObject({ code: "save-broken-off" });
  });

  test("hangs up before it begins", async () => {
    expect(await failureOf(readAll(FULL, "closes"))).toMatchObject({ code: "connection-lost" });
  });

  test("does not take the password", async () => {
    const node = await aFakeNode(() => new Error("WRONGPASS invalid username-password pair"));
    const opening = openRdbStream(node.address, {
      access: { ...access, password: "open-sesame" },
      signal: new AbortController().signal,
    });
    const failure = await failureOf(opening);
    expect(failure).toMatchObject({ code: "node-denied" });
    expect(failure.message).not.toContain("open-sesame");
  });

  test("is silent when it is asked for the password", async () => {
    const node = await aFakeNode(() => silence);
    const opening = openRdbStream(node.address, {
      access: { ...access, password: "x", timeoutMs: 100 },
      signal: new AbortController().signal,
    });
    expect(await failureOf(opening)).toMatchObject({ code: "node-silent" });
  });

  test("is silent before it begins: a reply is waited for no longer than any other", async () => {
    const node = await aFakeNode(() => silence);
    const opening = openRdbStream(node.address, {
      access: { ...access, timeoutMs: 100 },
      signal: new AbortController().signal,
    });
    expect(await failureOf(opening)).toMatchObject({ code: "node-silent" });
    expect(node.commands).toEqual([["REPLCONF", "capa", "eof"]]);
  });
});

test("a run that is stopped does not wait for the node", async () => {
  const node = await nodeThatSends(`${FULL}$700\r\nREDIS`);
  const stopping = new AbortController();
  using stream = await openRdbStream(node.address, { access, signal: stopping.signal });
  const reading = stream.chunks();
  await reading.next();
  const next = reading.next();
  stopping.abort();
  await expect(next).rejects.toThrow(/closed|broke off/);
});

test("a user without a password logs in with an empty one", async () => {
  const node = await nodeThatSends(`${FULL}$0\r\n`);
  const named = { ...access, username: "backup" };
  using stream = await openRdbStream(node.address, { access: named, signal: new AbortController().signal });
  expect(stream.bytesTotal).toBe(0);
  expect(node.commands[0]).toEqual(["AUTH", "backup", ""]);
});
