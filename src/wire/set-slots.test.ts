import { describe, expect, onTestFinished, test } from "vitest";
import { idIn } from "../../test/support/a-node-like.ts";
import { aFakeNode, type FakeReply } from "../../test/support/fake-node.ts";
import { serverTexts } from "../../test/support/server-texts.ts";
import { plainAccess } from "./node-access.ts";
import { RedisNodeClients } from "./redis-node-clients.ts";

const NOT_BEGUN = new Error("ERR EXEC without MULTI");
const NO_EXEC = new Error(
  "EXECABORT Transaction discarded because of: NOPERM this user has no permissions to run it",
);
const NO_MULTI = new Error("NOPERM this user has no permissions to run the 'multi' command");
const UNKNOWN = new Error("ERR unknown command 'EXEC', with args beginning with: ");
const ABORTED = new Error("EXECABORT Transaction discarded because of previous errors.");
const FULL = new Error("OOM command not allowed when used memory > 'maxmemory'.");
const DEMOTED = new Error("ERR Please use SETSLOT only with masters.");

interface Takes {
  readonly server?: string;
  /** Its own epoch is then not the newest that it knows. */
  readonly isBehind?: boolean;
  /** What it refuses, inside a transaction or not. */
  readonly refusal?: (command: readonly string[], isQueued: boolean) => Error | undefined;
}

/** What a node is sent after a look, as it takes slots 5, 6, and 7. */
async function sentWhenTaking({ server = "redis-7.0", isBehind = false, refusal }: Takes = {}) {
  const texts = serverTexts(server);
  const own = idIn(server, "primary");
  const info = texts
    .read("primary", "cluster-info")
    .replace(/(cluster_current_epoch):\d+/, `$1:${isBehind ? 8 : 7}`)
    .replace(/(cluster_my_epoch):\d+/, "$1:7");
  const plain = (command: readonly string[]): FakeReply => {
    const text = command.join(" ");
    if (text === "CLUSTER NODES") return texts.read("primary", "nodes");
    if (text === "CLUSTER INFO") return info;
    return text === "INFO" ? texts.read("primary", "info") : "OK";
  };
  let queue: FakeReply[] | undefined;
  let isAborted = false;
  const node = await aFakeNode((command) => {
    const [name] = command;
    const refused = refusal?.(command, queue !== undefined);
    if (name === "EXEC") {
      const results = queue;
      queue = undefined;
      return refused ?? (isAborted ? ABORTED : (results ?? NOT_BEGUN));
    }
    if (refused) {
      isAborted = queue !== undefined;
      return refused;
    }
    if (name === "MULTI") queue = [];
    else if (queue) queue.push(plain(command));
    return queue && name !== "MULTI" ? "QUEUED" : plain(command);
  });
  const clients = new RedisNodeClients(plainAccess(5000));
  onTestFinished(() => clients[Symbol.dispose]());
  const client = clients.at(node.address);
  await client.look();
  const ofLook = node.commands.length;
  await client.takeSlots([5, 6, 7], own);
  return node.commands
    .slice(ofLook)
    .map((command) => command.join(" ").replace("CLUSTER SETSLOT ", "").replace(own, "own"));
}

const EACH = ["5 NODE own", "6 NODE own", "7 NODE own"];
const BEGUN = ["EXEC", "MULTI", "5 NODE own", "CLUSTER INFO", "EXEC"];

describe("slots that a node takes", () => {
  test("are closed first, but for the one that gives it an epoch and the one that all others hear of", async () => {
    const others = ["MULTI", "6 STABLE", "6 NODE own", "7 NODE own", "EXEC"];
    expect(await sentWhenTaking()).toEqual([...BEGUN, ...others]);
  });

  test("are taken one by one where the first has not given it the newest epoch, for no claim would hold", async () => {
    expect(await sentWhenTaking({ isBehind: true })).toEqual([...BEGUN, ...EACH]);
  });

  test.each([
    { what: "EXEC is not allowed", refused: "EXEC", as: NO_EXEC, tried: ["EXEC"] },
    { what: "EXEC is called otherwise", refused: "EXEC", as: UNKNOWN, tried: ["EXEC"] },
    { what: "MULTI is not allowed", refused: "MULTI", as: NO_MULTI, tried: BEGUN },
  ])("are taken one by one where $what", async ({ refused, as, tried }) => {
    const refusal = ([name]: readonly string[]) => (name === refused ? as : undefined);
    expect(await sentWhenTaking({ refusal })).toEqual([...tried, ...EACH]);
  });

  test("are taken one by one where the memory is full, for then nothing is queued", async () => {
    const refusal = ([name]: readonly string[], isQueued: boolean) =>
      isQueued && name !== "EXEC" ? FULL : undefined;
    expect(await sentWhenTaking({ refusal })).toEqual([...BEGUN, ...EACH]);
  });

  test("are taken side by side by Valkey, which ends in a transaction that waits for replicas", async () => {
    expect((await sentWhenTaking({ server: "valkey-9.1" })).toSorted()).toEqual(EACH);
  });

  test("are a failure where the node does not take one", async () => {
    const refusal = (command: readonly string[], isQueued: boolean) =>
      command[2] === "5" && !isQueued ? DEMOTED : undefined;
    await expect(sentWhenTaking({ isBehind: true, refusal })).rejects.toMatchObject({ code: "failed-over" });
  });
});
