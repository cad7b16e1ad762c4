import fc from "fast-check";
import { expect, test } from "vitest";
import { CommandBytes } from "./command-bytes.ts";
import { NoReply } from "./no-reply.ts";
import { ReplyError } from "./reply-errors.ts";
import { type RawReply, ReplyReader } from "./reply-reader.ts";

function readIn(pieces: readonly Buffer[]): RawReply[] {
  const replies: RawReply[] = [];
  const reader = new ReplyReader((reply) => replies.push(reply));
  for (const piece of pieces) reader.push(piece);
  return replies;
}

const STREAM =
  "+OK\r\n-MOVED 1 h:1\r\n:-12\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n*3\r\n$2\r\na\r\r\n*1\r\n:7\r\n$-1\r\n";
const REPLIES = [
  "OK",
  new ReplyError("MOVED 1 h:1"),
  -12,
  null,
  null,
  [],
  Buffer.alloc(0),
  [Buffer.from("a\r"), [7], null],
];

test("reads replies wherever the bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
      const pieces = edges.slice(1).map((end, index) => Buffer.from(STREAM.slice(edges[index], end)));
      expect(readIn(pieces)).toEqual(REPLIES);
    }),
  );
});

test("gives large values back whole", () => {
  const value = Buffer.alloc(300_000, "\r\n$5");
  const bytes = Buffer.concat([
    Buffer.from(`*2\r\n$${value.length}\r\n`),
    value,
    Buffer.from("\r\n:1\r\n+OK\r\n"),
  ]);
  const pieces = Array.from({ length: 7 }, (_, at) => bytes.subarray(at * 45_000, (at + 1) * 45_000));
  expect(readIn(pieces)).toEqual([[value, 1], "OK"]);
});

test.each([
  "HTTP/1.1 400 Bad Request\r\n",
  "SSH-2.0-OpenSSH",
  "\u0015\u0003\u0003",
  "+".repeat(70_000),
  "$x\r\n",
  ":1:2\r\n",
  "*two\r\n",
])("does not wait for the end of what is no reply: %j", (text) => {
  expect(() => readIn([Buffer.from(text)])).toThrow(NoReply);
});

test("a pipeline has each word as the bytes that it is", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 40_000 })), {
          minLength: 1,
        }),
      ),
      fc.integer({ min: 1, max: 1000 }),
      (commands, bytesHint) => {
        const bytes = new CommandBytes(bytesHint);
        const words = commands.map((command) =>
          command.map((word) => (typeof word === "string" ? word : Buffer.from(word))),
        );
        for (const command of words) bytes.add(command);
        expect(bytes.count).toBe(commands.length);
        // A request is written as an array of bulk strings, which a reader of replies understands as well.
        expect(readIn(bytes.pieces())).toEqual(
          words.map((command) => command.map((word) => Buffer.from(word))),
        );
      },
    ),
  );
});
