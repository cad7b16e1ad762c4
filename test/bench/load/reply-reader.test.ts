import fc from "fast-check";
import { expect, test } from "vitest";
import { NIL, ReplyReader } from "./reply-reader.ts";

test.each([
  { sent: "+OK\r\n", replies: [""] },
  { sent: "$5\r\nvalue\r\n", replies: [""] },
  { sent: "$0\r\n\r\n", replies: [""] },
  { sent: "$-1\r\n", replies: [NIL] },
  { sent: "-MOVED 5 127.0.0.1:7001\r\n", replies: ["-MOVED 5 127.0.0.1:7001"] },
  { sent: "$7\r\na\r\nb\r\nc\r\n+OK\r\n", replies: ["", ""] },
  { sent: "+OK", replies: [] },
  { sent: "$5\r\nval", replies: [] },
])("$sent is $replies", ({ sent, replies }) => {
  expect(new ReplyReader().feed(Buffer.from(sent))).toEqual(replies);
});

test("replies are the same wherever the stream is cut", () => {
  const reply = fc.oneof(
    fc.constant({ text: "+OK\r\n", reply: "" }),
    fc.constant({ text: "$-1\r\n", reply: NIL }),
    fc
      .stringMatching(/^[A-Z]{1,9} [a-z ]{0,9}$/)
      .map((text) => ({ text: `-${text}\r\n`, reply: `-${text}` })),
    fc
      .string({ unit: fc.constantFrom("a", "\r", "\n", "$", "-", "+") })
      .map((value) => ({ text: `$${value.length}\r\n${value}\r\n`, reply: "" })),
  );
  fc.assert(
    fc.property(fc.array(reply), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (sent, cuts) => {
      const stream = Buffer.from(sent.map(({ text }) => text).join(""), "latin1");
      const reader = new ReplyReader();
      const read: string[] = [];
      for (let at = 0; at < stream.length;) {
        const { value: bytes = 1 } = cuts.next();
        read.push(...reader.feed(stream.subarray(at, at + bytes)));
        at += bytes;
      }
      expect(read).toEqual(sent.map(({ reply }) => reply));
    }),
  );
});
