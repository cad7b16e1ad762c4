import { expect, test } from "vitest";
import { aFakeNode, Misbehaviour } from "../../test/support/fake-node.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { lookAtSource } from "./look-for-import.ts";
import { plainAccess } from "./node-access.ts";

const access = plainAccess(5000);

test.each(["HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "$one\r\n"])(
  "who answers %j is said to be no server, not to have closed the connection",
  async (bytes) => {
    const node = await aFakeNode(() => new Misbehaviour("closes", bytes));
    using connection = await BulkConnection.open(node.address, { access, database: 0 });
    await expect(connection.one("PING")).rejects.toMatchObject({
      code: "node-unreachable",
      reason: "no Redis or Valkey server answers there",
    });
  },
);

test("of a source that is no server the flag for a source with TLS is named", async () => {
  const node = await aFakeNode(() => new Misbehaviour("closes", "\u0015\u0003\u0003\u0000\u0002\u0002"));
  await expect(lookAtSource(node.address, access)).rejects.toMatchObject({
    code: "node-unreachable",
    hint: expect.stringContaining("--from-tls") as string,
  });
});
