import { expect, test } from "vitest";
import { aFakeNode, type FakeReply } from "../../test/support/fake-node.ts";
import type { Command } from "./command.ts";
import { Lanes } from "./lanes.ts";
import { plainAccess } from "./node-access.ts";

const access = plainAccess(5000);

test.each([0, 1, 31, 32, 33, 100])("%i replies come in the order of the commands", async (count) => {
  const node = await aFakeNode(([, number]) => `reply ${number}`);
  const commands = Array.from({ length: count }, (_, number): Command => ["SAY", number]);
  expect(await new Lanes(node.address, access).send(commands)).toEqual(
    commands.map(([, number]) => `reply ${String(number)}`),
  );
  expect(node.connectionCount()).toBe(Math.min(32, count));
});

test("a reply that is held back does not hold back the next command", async () => {
  const second = Promise.withResolvers<FakeReply>();
  const node = await aFakeNode(([name]) => {
    if (name === "FIRST") return second.promise;
    second.resolve("one");
    return "two";
  });
  expect(await new Lanes(node.address, access).send([["FIRST"], ["SECOND"]])).toEqual(["one", "two"]);
});
