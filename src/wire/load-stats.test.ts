import { expect, test } from "vitest";
import { ReplyError } from "./reply-errors.ts";
import { readLoadStats } from "./load-stats.ts";

const info = "# Stats\r\ntotal_commands_processed:42\r\n";
const answering = (slots: unknown) => async () => [slots, info];

test("reads what is counted, and tells it from what is not", async () => {
  const reply = [
    [
      5,
      ["key-count", 3, "memory-bytes", 700, "cpu-usec", 12, "network-bytes-in", 40, "network-bytes-out", 60],
    ],
    [6, ["key-count", 0]],
  ];
  expect(await readLoadStats(answering(reply))).toEqual({
    commands: 42,
    slots: new Map([
      [5, { memoryBytes: 700, cpuMicroseconds: 12, networkBytes: 100 }],
      [6, { memoryBytes: undefined, cpuMicroseconds: undefined, networkBytes: undefined }],
    ]),
  });
});

test("a server that knows no such command counts nothing", async () => {
  const error = new ReplyError("ERR unknown subcommand 'slot-stats'. Try CLUSTER HELP.");
  expect(await readLoadStats(answering(error))).toEqual({ commands: 42, slots: undefined });
});
