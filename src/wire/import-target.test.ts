import keySlot from "cluster-key-slot";
import { expect, test } from "vitest";
import { aFakeNode } from "../../test/support/fake-node.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { RedisImportTarget } from "./import-target.ts";
import { plainAccess } from "./node-access.ts";

const access = plainAccess(5000);

test("of a value that is too large only its size is told, and nobody has to hold it", async () => {
  const replies = [["a value", 1_700_000_900_000], 5000, null, ["lasting", -1]];
  const node = await aFakeNode(() => replies.shift() ?? null);
  using connection = await BulkConnection.open(node.address, { access, database: 0 });
  const target = new RedisImportTarget(connection, { hasExpireTime: true });
  const found = await target.look(
    ["a", "b", "c", "d"].map((name) => ({ key: Buffer.from(name), bytesMax: 100 })),
  );
  expect(found).toEqual([
    { dump: Buffer.from("a value"), endsAtMs: 1_700_000_900_000 },
    { tooLargeBytes: 5000 },
    undefined,
    { dump: Buffer.from("lasting"), endsAtMs: -1 },
  ]);
});

test.each([
  { timeoutMs: 200, waits: "100" },
  { timeoutMs: 999, waits: "499" },
  { timeoutMs: 5000, waits: "500" },
])(
  "with a timeout of $timeoutMs ms a replica is waited for $waits ms at a time",
  async ({ timeoutMs, waits }) => {
    const node = await aFakeNode(([name]) => (name === "WAIT" ? 0 : "role:master"));
    using connection = await BulkConnection.open(node.address, {
      access: { ...access, timeoutMs },
      database: 0,
    });
    const target = new RedisImportTarget(connection, { hasExpireTime: true });
    await target.confirm(500);
    expect(node.commands).toContainEqual(["WAIT", "0", waits]);
  },
);

test("a user who may only touch keys of one pattern can have values compared and confirmed", async () => {
  const node = await aFakeNode(([, , , key]) =>
    key?.startsWith("app:") ? 1 : new Error("NOPERM No permissions to access a key"),
  );
  using connection = await BulkConnection.open(node.address, { access, database: 0 });
  const target = new RedisImportTarget(connection, { hasExpireTime: true });
  expect(await target.touch(Buffer.from("app:one"))).toBe(true);
  expect(await target.touch(Buffer.from("app:{two}"))).toBe(true);
  const used = node.commands.map(([, , , key = ""]) => key).filter((key) => key.startsWith("app:"));
  expect(used.map((key) => keySlot(key))).toEqual(["app:one", "app:{two}"].map((key) => keySlot(key)));
});
