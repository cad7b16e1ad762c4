import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReplyValue } from "../cluster/reply-value.ts";
import { replyLines } from "./reply-lines.ts";

const text = (value: string) => Buffer.from(value);

test.each<{ name: string; reply: ReplyValue; lines: string[] }>([
  { name: "text", reply: text("PONG"), lines: ["PONG"] },
  { name: "words", reply: text("two words"), lines: ["two words"] },
  { name: "nothing", reply: text(""), lines: ['""'] },
  { name: "blanks", reply: text(" a "), lines: ['" a "'] },
  { name: "a string like nil", reply: text("(nil)"), lines: ['"(nil)"'] },
  { name: "bytes", reply: Buffer.from([0x61, 0xff, 0]), lines: [String.raw`"a\xff\x00"`] },
  { name: "a line end", reply: text("a\n"), lines: [String.raw`"a\x0a"`] },
  { name: "what a terminal obeys", reply: text("\u001B[31mred"), lines: [String.raw`\x1b[31mred`] },
  { name: "lines", reply: text("# Server\r\nport:1\r\n"), lines: ["# Server", "port:1"] },
  { name: "nil", reply: null, lines: ["(nil)"] },
  { name: "an integer", reply: -5, lines: ["(integer) -5"] },
  { name: "a large integer", reply: 9007199254740993n, lines: ["(integer) 9007199254740993"] },
  { name: "no items", reply: [], lines: ["(empty list)"] },
  { name: "few items", reply: [text("dir"), text("/tmp")], lines: ['1) "dir"  2) "/tmp"'] },
  { name: "more items", reply: [1, null, text("a")], lines: ["1) (integer) 1", "2) (nil)", '3) "a"'] },
  {
    name: "lists in lists",
    reply: [text("a"), [text("b"), { error: "ERR no" }, [1]], []],
    lines: ['1) "a"', '2) 1) "b"', "   2) (error) ERR no", "   3) 1) (integer) 1", "3) (empty list)"],
  },
])("$name", ({ reply, lines }) => {
  expect(replyLines(reply)).toEqual(lines);
});

const replies = fc.letrec<{ reply: ReplyValue }>((tie) => ({
  reply: fc.oneof(
    { depthSize: "small" },
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc.integer(),
    fc.constant(null),
    fc.string().map((error) => ({ error })),
    fc.array(tie("reply"), { maxLength: 12 }),
  ),
})).reply;

test("whatever a node answers, each line is one line and has nothing that a terminal obeys", () => {
  fc.assert(
    fc.property(replies, (reply) => {
      const lines = replyLines(reply);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
    }),
  );
});
