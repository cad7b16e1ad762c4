import { expect, test } from "vitest";
import type { Command, Reply, SendOptions } from "./command.ts";
import { ReplyError } from "./reply-errors.ts";
import { sendIn } from "./send-in.ts";

const commands: readonly Command[] = [["DBSIZE"], ["DUMP", "key"]];
const options: SendOptions = { timeoutMs: 7 };

/** What goes down the pipeline, and what comes back where these are the replies. */
async function sent(database: number, replies: readonly Reply[]) {
  const pipelines: (readonly Command[])[] = [];
  const send = (pipeline: readonly Command[], given?: SendOptions): Promise<Reply[]> => {
    expect(given).toBe(options);
    pipelines.push(pipeline);
    return Promise.resolve([...replies]);
  };
  return { replies: await sendIn({ send }, { database, commands }, options), pipelines };
}

test("database 0 needs no word", async () => {
  expect(await sent(0, [3, "dump"])).toEqual({ replies: [3, "dump"], pipelines: [commands] });
});

test("another one is selected and left again, all in one pipeline", async () => {
  expect(await sent(3, ["OK", 3, "dump", "OK"])).toEqual({
    replies: [3, "dump"],
    pipelines: [[["SELECT", 3], ...commands, ["SELECT", 0]]],
  });
});

test("an error reply to one command stays where it is", async () => {
  const refusal = new ReplyError("ERR no such key");
  expect((await sent(3, ["OK", 3, refusal, "OK"])).replies).toEqual([3, refusal]);
});

test("a database that is refused is the reply to every command, for they have met another one", async () => {
  const refusal = new ReplyError("NOPERM no permissions to run the 'select' command");
  expect((await sent(3, [refusal, 3, "dump", "OK"])).replies).toEqual([refusal, refusal]);
});
