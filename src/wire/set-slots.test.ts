import { describe, expect, test } from "vitest";
import { aNodeLike, HEIR, idIn } from "../../test/support/a-node-like.ts";
import type { Answer } from "../../test/support/fake-node.ts";

const OWN_ALREADY = new Error("ERR I'm already the owner of hash slot 5");

/** What a node like one of `server` is sent after a look, as it takes slots 5, 6, and 7. */
async function sentWhenTaking(server: string, answer: Answer = () => "OK"): Promise<string[]> {
  const { client, asked } = await aNodeLike(server, answer);
  await client.look();
  const ofLook = asked().length;
  await client.takeSlots([5, 6, 7], { ownerId: idIn(server, "primary"), sourceId: HEIR });
  return asked()
    .slice(ofLook)
    .map((command) =>
      command
        .replace("CLUSTER SETSLOT ", "")
        .replace(/[0-9a-f]{40}/, (id) => (id === HEIR ? "source" : "own")),
    );
}

describe("slots that a node takes", () => {
  test("are closed first, but for the one that gives it an epoch and the one that all others hear of", async () => {
    expect(await sentWhenTaking("redis-7.0")).toEqual([
      "5 IMPORTING source",
      "5 NODE own",
      "6 STABLE",
      "6 NODE own",
      "7 NODE own",
    ]);
  });

  test("are taken one by one where the first is its own already, which gives it no epoch", async () => {
    const answer: Answer = (command) => (command[3] === "IMPORTING" ? OWN_ALREADY : "OK");
    expect(await sentWhenTaking("redis-7.0", answer)).toEqual([
      "5 IMPORTING source",
      "5 NODE own",
      "5 NODE own",
      "6 NODE own",
      "7 NODE own",
    ]);
  });

  test("are taken side by side where its replicas are waited for", async () => {
    expect((await sentWhenTaking("valkey-9.1")).toSorted()).toEqual([
      "5 NODE own",
      "6 NODE own",
      "7 NODE own",
    ]);
  });

  test("are a failure where the node does not take one", async () => {
    const answer: Answer = (command) =>
      command[2] === "6" ? new Error("ERR Please use SETSLOT only with masters.") : "OK";
    await expect(sentWhenTaking("redis-7.0", answer)).rejects.toMatchObject({ code: "failed-over" });
  });
});
