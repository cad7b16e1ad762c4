import { expect, test } from "vitest";
import { aFakeNode, type FakeReply, hangUp } from "../../test/support/fake-node.ts";
import { Refused, Stale } from "../errors.ts";
import { holdNodes } from "./hold-nodes.ts";
import { plainAccess } from "./node-access.ts";

const access = plainAccess(1000);
const RIVAL = "id=7 addr=10.0.0.9:5 name=slotctl-moves-0123456789abcdef cmd=migrate\n";
const OTHERS = "id=3 addr=10.0.0.8:5 name= cmd=get\nid=4 addr=10.0.0.8:6 name=shop cmd=get\n";

/** A node whose list of clients holds what it is told to hold, and the asker. */
async function aNode(listed: () => FakeReply) {
  let ownName = "";
  return await aFakeNode(([, verb, name = ""]) => {
    if (verb === "SETNAME") ownName = name;
    if (verb !== "LIST") return "OK";
    const others = listed();
    return typeof others === "string" ? `${others}id=9 addr=10.0.0.1:5 name=${ownName} cmd=client\n` : others;
  });
}

test("a node where nobody else moves slots is held under a name until the end", async () => {
  const node = await aNode(() => OTHERS);
  const held = await holdNodes([node.address], access);
  const words = node.commands.map((command) => command.slice(0, 2).join(" "));
  expect(words.slice(-2)).toEqual(["CLIENT SETNAME", "CLIENT LIST"]);
  expect(node.commands.at(-2)?.[2]).toMatch(/^slotctl-moves-[0-9a-f]{16}$/);
  held[Symbol.dispose]();
});

test("while another run holds one of the nodes it is refused, and takes its names back", async () => {
  const [free, taken] = [await aNode(() => OTHERS), await aNode(() => OTHERS + RIVAL)];
  const error = await holdNodes([free.address, taken.address], access).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({ code: "another-run", node: `127.0.0.1:${taken.address.port}` });
  expect(free.commands.filter(([, verb, name]) => verb === "SETNAME" && name === "")).not.toEqual([]);
});

test("when another run has just ended the plan is stale", async () => {
  let looks = 0;
  const node = await aNode(() => (looks++ === 0 ? OTHERS + RIVAL : OTHERS));
  await expect(holdNodes([node.address], access)).rejects.toBeInstanceOf(Stale);
});

test("where the plan holds all the same, another run that has just ended is in nobody's way", async () => {
  let looks = 0;
  const node = await aNode(() => (looks++ === 0 ? OTHERS + RIVAL : OTHERS));
  const held = await holdNodes([node.address], access, { planHolds: true });
  expect(node.commands.at(-2)?.[2]).toMatch(/^slotctl-moves-[0-9a-f]{16}$/);
  held[Symbol.dispose]();
});

test.each([
  { hangsUp: 1, named: 2, is: "is named once more at once" },
  { hangsUp: Infinity, named: 2, is: "is not named a third time" },
])("a node that hangs up as it is named, $hangsUp times, $is", async ({ hangsUp, named }) => {
  let naming = 0;
  const node = await aFakeNode(([, verb]) => {
    if (verb === "SETNAME") return ++naming <= hangsUp ? hangUp : "OK";
    return OTHERS;
  });
  const held = await holdNodes([node.address], access);
  const names = node.commands.filter(([, verb]) => verb === "SETNAME").map(([, , name]) => name);
  expect(names).toHaveLength(named);
  expect(new Set(names).size).toBe(1);
  held[Symbol.dispose]();
});

test("a node that does not say who is connected, or does not answer, is no hindrance", async () => {
  const secretive = await aNode(() => new Error("NOPERM this user has no permissions"));
  const gone = await aNode(() => OTHERS);
  await gone.close();
  const held = await holdNodes([secretive.address, gone.address], access);
  expect(secretive.commands).not.toEqual([]);
  held[Symbol.dispose]();
});
