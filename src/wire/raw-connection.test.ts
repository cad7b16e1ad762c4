import { expect, onTestFinished, test } from "vitest";
import { aFakeNode, type FakeNodeOptions, silence } from "../../test/support/fake-node.ts";
import { tlsFiles } from "../../test/support/servers/tls-files.ts";
import type { SlotctlError } from "../errors.ts";
import { RawConnection } from "./raw-connection.ts";

const BYTES = 3_000_001;
const TEXT = Array.from({ length: BYTES }, (_, at) => String.fromCharCode(97 + (at % 23))).join("");

const INSECURE = { insecure: true, ca: undefined, cert: undefined, key: undefined, serverName: undefined };

async function connectTo(answer: Parameters<typeof aFakeNode>[0], options: FakeNodeOptions = {}) {
  const node = await aFakeNode(answer, options);
  const connection = await RawConnection.open(node.address, {
    username: undefined,
    password: undefined,
    tls: options.tls ? INSECURE : undefined,
    timeoutMs: 5000,
    mapAddress: (announced) => announced,
  });
  onTestFinished(() => connection[Symbol.dispose]());
  return { node, connection };
}

const tls = await tlsFiles();

test.each([
  { name: "TCP", options: {} },
  { name: "TLS", options: { tls } },
])(
  "much that comes over $name comes whole and in order, to one that is slow to take it",
  async ({ options }) => {
    const { connection } = await connectTo(() => TEXT, options);
    connection.send([["GET", "x"]]);
    expect(await connection.readLine(5000)).toBe(`$${BYTES}`);
    let text = "";
    while (text.length < BYTES) {
      const chunk = await connection.read(5000);
      text += chunk?.toString("latin1");
      // What is not asked for waits, and does not take the place of what was.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(text.slice(0, BYTES) === TEXT).toBe(true);
  },
);

test("several lines that come at once are read one by one", async () => {
  const { connection } = await connectTo(([name = ""]) => name);
  connection.send([["A"], ["B"]]);
  const lines = [];
  for (let line = 0; line < 4; line++) lines.push(await connection.readLine(5000));
  expect(lines).toEqual(["$1", "A", "$1", "B"]);
});

test("a node that sends nothing is given up, again and again", async () => {
  const { connection } = await connectTo(() => silence);
  connection.send([["A"]]);
  const late = { name: "DeadlinePassed", code: "node-silent" };
  await expect(connection.read(100)).rejects.toMatchObject(late);
  await expect(connection.read(100)).rejects.toMatchObject(late);
});

test("a node that closes the connection while nobody reads has ended", async () => {
  const { node, connection } = await connectTo(() => "v");
  connection.send([["A"]]);
  expect(await connection.readLine(5000)).toBe("$1");
  await node.close();
  expect((await connection.read(5000))?.toString()).toBe("v\r\n");
  const end = await connection.read(5000).catch((error: SlotctlError) => error.code);
  expect([undefined, "connection-lost"]).toContain(end);
});
