import { expect, test } from "vitest";
import { CallWords } from "./call-words.ts";
import { readStdin } from "./read-stdin.ts";

const wordsOf = (line: string) => new CallWords(line.split(" "));

test.each([
  { line: "a:1 --json -- PING", ours: ["a:1", "--json"], all: ["PING"], title: "PING" },
  { line: "a:1 -- config get -x --", ours: ["a:1"], all: ["config", "get", "-x", "--"], title: "CONFIG GET" },
])("$line", ({ line, ours, all, title }) => {
  const words = wordsOf(line);
  expect(words).toMatchObject({ ours, all, title });
  expect(() => words.mustBeThere()).not.toThrow();
});

test.each(["a:1", "a:1 PING", "a:1 --"])("%s has no command", (line) => {
  expect(() => wordsOf(line).mustBeThere()).toThrow(expect.objectContaining({ name: "UsageError" }) as Error);
});

test("a password among the words is known, and one of ours is not its business", () => {
  expect(wordsOf("a:1 --password ours -- CONFIG SET requirepass theirs").secrets).toContain("theirs");
  expect(wordsOf("a:1 --password ours -- CONFIG SET requirepass theirs").secrets).not.toContain("ours");
});

test("what could have no reply is refused, what destroys is told", () => {
  expect(() => wordsOf("a:1 -- MONITOR").judge(5000)).toThrow(
    expect.objectContaining({ code: "uncallable-command" }) as Error,
  );
  expect(wordsOf("a:1 -- FLUSHALL").judge(5000)).toBe("deletes-data");
  expect(wordsOf("a:1 -- PING").judge(5000)).toBeUndefined();
});

async function* chunks(count: number, chunk: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < count; at++) yield chunk;
}

test("stdin is taken byte by byte, and not without end", async () => {
  const bytes = Buffer.from([0, 255, 10]);
  expect(await readStdin(chunks(2, bytes))).toEqual(Buffer.concat([bytes, bytes]));
  const endless = readStdin(chunks(Infinity, Buffer.alloc(16 * 1024 * 1024)));
  await expect(endless).rejects.toMatchObject({ code: "stdin-too-large" });
});
