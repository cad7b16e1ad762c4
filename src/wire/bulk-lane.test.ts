import { expect, test } from "vitest";
import { type Answer, aFakeNode, hangUp, silence } from "../../test/support/fake-node.ts";
import type { Command } from "./command.ts";
import { Connection } from "./connection.ts";
import { plainAccess } from "./node-access.ts";

const access = plainAccess(300);

const few: readonly Command[] = [["PING"]];
const many = Array.from({ length: 400 }, (_, slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", slot]);
/** Too few to open a second connection for, and enough to use one. */
const some = many.slice(0, 20);

const counting: Answer = ([name, , slot]) => (name === "PING" ? "PONG" : Number(slot));

async function connected(answer: Answer, as = access) {
  const node = await aFakeNode(answer);
  const connection = new Connection(node.address, as);
  return { node, connection, [Symbol.dispose]: () => connection.close() };
}

test("a long list of commands has a connection of its own, and so have shorter ones from then on", async () => {
  using at = await connected(counting);
  const counts = many.map((_, slot) => slot);
  await at.connection.send(few);
  await at.connection.send(some);
  expect(at.node.connectionCount()).toBe(1);
  expect(await at.connection.send(many)).toEqual(counts);
  expect(await at.connection.send(some)).toEqual(counts.slice(0, 20));
  expect(await at.connection.send(few)).toEqual(["PONG"]);
  expect(at.node.connectionCount()).toBe(2);
});

test.each([
  { password: "secret", refuses: "AUTH" },
  { password: undefined, refuses: "PING" },
])("a second connection that is refused at $refuses is done without, and asked for once", async (given) => {
  let greetings = 0;
  const answer: Answer = (command) => {
    if (command[0] !== given.refuses) return command[0] === "AUTH" ? "OK" : counting(command);
    greetings += 1;
    return greetings === 1 ? "OK" : new Error("ERR max number of clients reached");
  };
  using at = await connected(answer, { ...access, password: given.password });
  await at.connection.send(few);
  expect(await at.connection.send(many)).toHaveLength(400);
  expect(await at.connection.send(many)).toHaveLength(400);
  expect({ greetings, connections: at.node.connectionCount() }).toEqual({ greetings: 2, connections: 2 });
});

test("a second connection on which nobody answers is done without as well", async () => {
  let pings = 0;
  using at = await connected((command) =>
    command[0] === "PING" && ++pings > 1 ? silence : counting(command),
  );
  await at.connection.send(few);
  expect(await at.connection.send(many)).toHaveLength(400);
});

test("replies are what a client library makes of them", async () => {
  const answer: Answer = ([name]) => {
    if (name === "LIST") return ["one", null, ["two", 3]];
    return name === "BAD"
      ? new Error("ERR unknown command 'BAD', with args beginning with: 'secret'")
      : "text";
  };
  using at = await connected(answer);
  const commands: Command[] = [["LIST"], ["BAD", "secret"], ["GET", "a", 7, Buffer.from([255])]];
  const expected = [
    ["one", null, ["two", 3]],
    expect.objectContaining({ message: "ERR unknown command 'BAD'" }),
    "text",
  ];
  expect(await at.connection.send(commands)).toEqual(expected);
  await at.connection.send(many);
  const long = [...commands, ...some];
  expect((await at.connection.send(long)).slice(0, 3)).toEqual(expected);
  const [list] = await at.connection.send([["LIST"], ...some], { asBuffers: true });
  expect(list).toEqual([Buffer.from("one"), null, [Buffer.from("two"), 3]]);
  expect(at.node.commands.filter(([name]) => name === "GET")).toEqual([
    ["GET", "a", "7", "\u00ff"],
    ["GET", "a", "7", "\u00ff"],
  ]);
});

test("a node that says nothing more is silent there too, and one that hangs up is connected to anew", async () => {
  let mood: "well" | "silent" | "leaving" = "well";
  using at = await connected((command) => {
    if (mood === "well") return counting(command);
    return mood === "silent" ? silence : hangUp;
  });
  await at.connection.send(many);
  mood = "leaving";
  await expect(at.connection.send(many)).rejects.toMatchObject({ code: "connection-lost" });
  mood = "well";
  expect(await at.connection.send(many)).toHaveLength(400);
  mood = "silent";
  await expect(at.connection.send(many)).rejects.toMatchObject({ code: "node-silent" });
});
