import { describe, expect, test } from "vitest";
import { aNodeLike, HEIR, idIn } from "../../test/support/a-node-like.ts";
import type { FakeReply } from "../../test/support/fake-node.ts";

const NOT_BEGUN = new Error("ERR EXEC without MULTI");
const NOT_ALLOWED = new Error("NOPERM User default has no permissions to run it");
const ABORTED = new Error("EXECABORT Transaction discarded because of previous errors.");
const DEMOTED = new Error("ERR Please use SETSLOT only with masters.");
const OWN_ALREADY = new Error("ERR I'm already the owner of hash slot 5");

/** What a node like one of `server` is sent after a look, as it takes slots 5, 6, and 7. */
async function sentWhenTaking(server: string, refusal: (command: readonly string[]) => Error | undefined) {
  let queue: FakeReply[] | undefined;
  const { client, asked } = await aNodeLike(server, (command) => {
    const refused = refusal(command);
    const results = queue;
    if (command[0] === "EXEC") {
      queue = undefined;
      return refused ?? results ?? NOT_BEGUN;
    }
    if (command[0] === "MULTI" && !refused) queue = [];
    else queue?.push(refused ?? "OK");
    return results ? "QUEUED" : (refused ?? "OK");
  });
  await client.look();
  const ofLook = asked().length;
  await client.takeSlots([5, 6, 7], { ownerId: idIn(server, "primary"), sourceId: HEIR });
  const named = (id: string) => (id === HEIR ? "source" : "own");
  return asked()
    .slice(ofLook)
    .map((command) => command.replace("CLUSTER SETSLOT ", "").replace(/[0-9a-f]{40}/, named));
}

const none = () => undefined;
const OWNED = ["5 NODE own", "6 NODE own", "7 NODE own"];

describe("slots that a node takes", () => {
  test("are closed first, but for the one that gives it an epoch and the one that all others hear of", async () => {
    expect(await sentWhenTaking("redis-7.0", none)).toEqual([
      "EXEC",
      "MULTI",
      "5 IMPORTING source",
      "5 NODE own",
      "EXEC",
      "MULTI",
      "6 STABLE",
      "6 NODE own",
      "7 NODE own",
      "EXEC",
    ]);
  });

  test("are taken one by one where the first is its own already, which gives it no epoch", async () => {
    const sent = await sentWhenTaking("redis-7.0", (command) =>
      command[3] === "IMPORTING" ? OWN_ALREADY : undefined,
    );
    expect(sent).toEqual(["EXEC", "MULTI", "5 IMPORTING source", "5 NODE own", "EXEC", ...OWNED]);
  });

  test.each([
    { command: "EXEC", tried: ["EXEC"] },
    { command: "MULTI", tried: ["EXEC", "MULTI", "5 IMPORTING source", "5 NODE own", "EXEC"] },
  ])("are taken one by one where $command is not allowed", async ({ command, tried }) => {
    const sent = await sentWhenTaking("redis-7.0", ([name]) => (name === command ? NOT_ALLOWED : undefined));
    expect(sent).toEqual([...tried, ...OWNED]);
  });

  test("are taken one by one where the memory is full, for then nothing is queued", async () => {
    const isFull = ([name]: readonly string[]) => name === "EXEC";
    const sent = await sentWhenTaking("redis-7.0", (command) => (isFull(command) ? ABORTED : undefined));
    expect(sent).toEqual(["EXEC", "MULTI", "5 IMPORTING source", "5 NODE own", "EXEC", ...OWNED]);
  });

  test("are taken side by side by Valkey, which ends in a transaction that waits for replicas", async () => {
    expect((await sentWhenTaking("valkey-9.1", none)).toSorted()).toEqual(OWNED);
  });

  test("are a failure where the node does not take one", async () => {
    const sent = sentWhenTaking("redis-7.0", (command) => (command[2] === "6" ? DEMOTED : undefined));
    await expect(sent).rejects.toMatchObject({ code: "failed-over" });
  });
});
