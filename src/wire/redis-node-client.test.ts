import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { aNodeLike, HEIR, idIn, type NodeLikeOptions } from "../../test/support/a-node-like.ts";
import { type Answer, type FakeReply, hangUp } from "../../test/support/fake-node.ts";

const ME = idIn("valkey-9.1", "primary");
/** What a look sends. */
const OF_A_LOOK = 4;

/** As `aNodeLike`; `asked` is what came after the first look. */
async function aNode(server: string, more: Answer, options: NodeLikeOptions = {}) {
  const { client, asked } = await aNodeLike(server, more, options);
  return { client, asked: () => asked().slice(OF_A_LOOK) };
}

describe("databases", () => {
  const keyspace: Answer = ([name, what]) => {
    return name === "INFO" && what === "keyspace" ? "# Keyspace\r\ndb1:keys=2\r\ndb3:keys=5\r\n" : "OK";
  };

  test.each<{ server: string; databases: number[]; asked: string[] }>([
    { server: "redis-7.0", databases: [0], asked: [] },
    { server: "valkey-8.1", databases: [0], asked: [] },
    { server: "valkey-9.1", databases: [0, 1, 3], asked: ["INFO keyspace"] },
  ])("of $server are $databases", async ({ server, databases, asked }) => {
    const node = await aNode(server, keyspace);
    await node.client.look();
    expect(await node.client.databases()).toEqual(databases);
    expect(node.asked()).toEqual(asked);
  });

  /** Slot 5 has as many keys as the database's number says, and one more. */
  const counting: Answer = (() => {
    let selected = 0;
    return (command) => {
      const [name, what, slot] = command;
      if (name === "SELECT") selected = Number(what);
      if (what === "COUNTKEYSINSLOT") return slot === "5" ? selected + 1 : 0;
      if (what === "GETKEYSINSLOT") return slot === "5" ? [`key of ${selected}`] : [];
      if (name === "DUMP") return `dump of ${selected}`;
      return keyspace(command);
    };
  })();

  test("are summed up where the keys of slots are counted", async () => {
    const { client } = await aNode("valkey-9.1", counting);
    await client.look();
    expect(await client.countKeys([5, 6])).toEqual([1 + 2 + 4, 0]);
  });

  test("are asked one at a time for keys and values", async () => {
    const { client, asked } = await aNode("valkey-9.1", counting);
    await client.look();
    const keys = await client.keysIn({ slots: [6, 5], keysMaxOf: () => 10, database: 3 });
    expect(keys.map((list) => list.map(String))).toEqual([[], ["key of 3"]]);
    expect((await client.dumpKeys([Buffer.from("a")], 1)).map(String)).toEqual(["dump of 1"]);
    expect(asked()).toEqual([
      "SELECT 3",
      "CLUSTER GETKEYSINSLOT 6 10",
      "CLUSTER GETKEYSINSLOT 5 10",
      "SELECT 0",
      "SELECT 1",
      "ASKING",
      "DUMP a",
      "SELECT 0",
    ]);
  });

  test("are named to MIGRATE, and selected for it", async () => {
    const { client, asked } = await aNode("valkey-9.1", counting);
    await client.look();
    const to = { host: "10.0.0.2", port: 6379 };
    await client.migrateKeys({ to, keys: [Buffer.from("a")], database: 3, timeoutMs: 1500, replace: false });
    expect(asked()).toEqual(["SELECT 3", "MIGRATE 10.0.0.2 6379  3 1500 KEYS a", "SELECT 0"]);
  });
});

describe("slots that are closed while their keys are counted", () => {
  const answering =
    (closing: FakeReply): Answer =>
    ([name]) =>
      name === "EXEC" ? [0, "OK", 2, closing] : name === "MULTI" ? "OK" : "QUEUED";

  test("are closed in one transaction where closed ones would not be counted any more", async () => {
    const { client, asked } = await aNode("redis-8.6", answering("OK"));
    await client.look();
    await expect(client.closeCounting([5, 6])).resolves.toEqual([0, 2]);
    expect(asked()).toEqual([
      "MULTI",
      "CLUSTER COUNTKEYSINSLOT 5",
      "CLUSTER SETSLOT 5 STABLE",
      "CLUSTER COUNTKEYSINSLOT 6",
      "CLUSTER SETSLOT 6 STABLE",
      "EXEC",
    ]);
  });

  test("are a failure where the node refuses it within the transaction", async () => {
    const refusal = new Error("ERR Please use SETSLOT only with masters.");
    const { client } = await aNode("redis-8.6", answering(refusal));
    await client.look();
    await expect(client.closeCounting([5, 6])).rejects.toMatchObject({
      name: "NodeFailed",
      code: "failed-over",
      message: expect.stringContaining("is a replica now, and did not carry out CLUSTER SETSLOT"),
    });
  });

  test("are closed first and counted then on other servers", async () => {
    const counting: Answer = ([, what]) => (what === "COUNTKEYSINSLOT" ? 3 : "OK");
    const { client, asked } = await aNode("redis-7.0", counting);
    await client.look();
    await expect(client.closeCounting([5])).resolves.toEqual([3]);
    expect(asked()).toEqual(["CLUSTER SETSLOT 5 STABLE", "CLUSTER COUNTKEYSINSLOT 5"]);
  });
});

describe("SETSLOT that Valkey does not carry out for want of replicas", () => {
  const refusing: Answer = ([, what]) => {
    return what === "SETSLOT" ? new Error("NOREPLICAS Not enough good replicas to write.") : "OK";
  };

  test("is an error that says where to look", async () => {
    const { client } = await aNode("valkey-9.1", refusing);
    await client.look();
    await expect(client.markImporting([5], "f".repeat(40))).rejects.toMatchObject({
      name: "NodeFailed",
      code: "replicas-not-answering",
      message: expect.stringMatching(
        /did not carry out CLUSTER SETSLOT 5 IMPORTING: not enough of its replicas/,
      ),
      hint: expect.stringContaining("slotctl check"),
    });
  });

  test("is waited for longer than for other replies, for the node waits for its replicas first", async () => {
    const slow: Answer = async (command) => {
      if (command[1] === "SETSLOT") await delay(600);
      return refusing(command);
    };
    const held = await aNode("valkey-9.1", slow, { timeoutMs: 300 });
    await held.client.look();
    const refused = held.client.markImporting([5], "f".repeat(40));
    await expect(refused).rejects.toMatchObject({ code: "replicas-not-answering" });
    const silent = await aNode("redis-7.0", slow, { timeoutMs: 300 });
    await silent.client.look();
    await expect(silent.client.markImporting([5], "f".repeat(40))).rejects.toMatchObject({
      code: "node-silent",
    });
  });

  test.each([
    { name: "of the new owner itself is an error", ownerId: ME, state: "primary", isError: true },
    { name: "of another primary is an error", ownerId: "f".repeat(40), state: "primary", isError: true },
    {
      name: "of one that has just become its replica is none",
      ownerId: HEIR,
      state: "replica",
      isError: false,
    },
    {
      name: "of one that has just become another's replica is none",
      ownerId: "e".repeat(40),
      state: "replica",
      isError: false,
    },
  ])("$name", async ({ ownerId, state, isError }) => {
    let now = "primary";
    const { client } = await aNode(
      "valkey-9.1",
      (command) => {
        if (command[1] === "SETSLOT") now = state;
        return refusing(command);
      },
      { stateOf: () => now },
    );
    await client.look();
    const outcome = await client.setSlotOwner([5], ownerId).then(
      () => "done",
      (error: { code?: string }) => error.code,
    );
    expect(outcome).toBe(isError ? "replicas-not-answering" : "done");
  });
});

test("a primary that became a replica meanwhile is not to be told of owners, but the new owner is", async () => {
  const demoted: Answer = ([, what]) =>
    what === "SETSLOT" ? new Error("ERR Please use SETSLOT only with masters.") : "OK";
  const { client } = await aNode("redis-7.0", demoted);
  await client.look();
  await client.setSlotOwner([5], "f".repeat(40));
  const own = client.setSlotOwner([5], idIn("redis-7.0", "primary"));
  await expect(own).rejects.toMatchObject({ code: "failed-over" });
});

test.each([
  { state: "replica", outcome: "done" },
  { state: "primary", outcome: "connection-lost" },
])("a $state that hangs up instead of answering a SETSLOT: $outcome", async ({ state, outcome }) => {
  let now = "primary";
  const leaving: Answer = ([, what]) => {
    if (what !== "SETSLOT") return "OK";
    now = state;
    return hangUp;
  };
  const { client } = await aNode("valkey-9.1", leaving, { stateOf: () => now });
  await client.look();
  const told = client.setSlotOwner([5], HEIR).then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
  expect(await told).toBe(outcome);
});

describe("hidden keys", () => {
  const countsAfter = async (...results: FakeReply[]): Promise<number[]> => {
    const node = await aNode("redis-8.6", ([name]) => {
      if (name === "EXEC") return results;
      return name === "MULTI" ? "OK" : "QUEUED";
    });
    await node.client.look();
    return await node.client.countHiddenKeys([5], HEIR);
  };

  test("are counted while the slot is marked", async () => {
    expect(await countsAfter("OK", 3, "OK")).toEqual([3]);
    const owner = new Error("ERR I'm already the owner of hash slot 5");
    expect(await countsAfter(owner, 4, "OK")).toEqual([4]);
  });

  test("do not read as none where the slot could not be marked", async () => {
    const refusal = new Error("ERR Target node is not a master");
    await expect(countsAfter(refusal, 0, "OK")).rejects.toThrow(
      /did not count .*Target node is not a master/,
    );
  });
});
