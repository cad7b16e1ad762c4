import { expect, test } from "vitest";
import { aFakeNode } from "../../test/support/fake-node.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { RedisImportTarget } from "./import-target.ts";
import type { NodeAccess } from "./node-access.ts";

const access: NodeAccess = {
  username: undefined,
  password: undefined,
  tls: undefined,
  timeoutMs: 5000,
  mapAddress: (announced) => announced,
};

test("before Redis 7.0, when a key ends is told exactly though the DUMP of a large value takes long", async () => {
  const endsAtMs = 1_700_000_900_000;
  let nowMs = 1_700_000_000_000;
  const node = await aFakeNode(([name]) => {
    if (name === "TIME") return [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
    if (name === "PTTL") return endsAtMs - nowMs;
    nowMs += 300;
    return "a large value";
  });
  using connection = await BulkConnection.open(node.address, { access, database: 0 });
  const target = new RedisImportTarget(connection, { hasExpireTime: false });
  const found = await target.look([Buffer.from("one"), Buffer.from("two")]);
  expect(found).toMatchObject([{ endsAtMs }, { endsAtMs }]);
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
