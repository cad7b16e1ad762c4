import { createServer } from "node:net";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { Address } from "../cluster/address.ts";
import { aFakeNode, Misbehaviour, silence } from "../../test/support/fake-node.ts";
import { type TlsFiles, tlsFiles } from "../../test/support/servers/tls-files.ts";
import type { SlotctlError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { hintForDenied, silent } from "./connection-failure.ts";
import { plainAccess, type TlsAccess } from "./node-access.ts";

async function failureOf(
  address: Address,
  { tls, password, timeoutMs = 3000 }: { tls?: TlsAccess; password?: string; timeoutMs?: number } = {},
): Promise<SlotctlError> {
  const connection = new Connection(address, { ...plainAccess(timeoutMs), password, tls });
  return await connection.send([["A"], ["B"]]).then(
    (replies) => Promise.reject(new Error(`did not fail: ${String(replies)}`)),
    (error: SlotctlError) => error,
  );
}

async function tlsAccess(changes: Partial<TlsAccess> = {}): Promise<TlsAccess & { files: TlsFiles }> {
  const files = await tlsFiles();
  const ca = await readFile(files.caFile, "utf8");
  return { ca, cert: undefined, key: undefined, serverName: undefined, insecure: false, ...changes, files };
}

/** Somebody who says the same to everybody, asked or not, and closes. */
async function aPort(says: string, when: "at once" | "when spoken to"): Promise<Address> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (when === "at once") socket.end(says);
    else socket.once("data", () => socket.end(says));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

test("a certificate of the given CA is taken, whatever the address", async () => {
  const tls = await tlsAccess();
  const node = await aFakeNode(() => "v", { tls: tls.files });
  const connection = new Connection(node.address, { ...plainAccess(3000), tls });
  expect(await connection.send([["A"]])).toEqual(["v"]);
});

test("a certificate of an unknown CA is denied, and --cacert named", async () => {
  const tls = await tlsAccess({ ca: undefined });
  const error = await failureOf((await aFakeNode(() => "v", { tls: tls.files })).address, { tls });
  expect(error).toMatchObject({ name: "ConnectFailed", code: "node-denied" });
  expect(error.message).toMatch(/self-signed certificate in certificate chain\.$/);
  expect(error.hint).toMatch(/--cacert/);
});

test("a certificate for another name than --sni is denied, and --sni named", async () => {
  const tls = await tlsAccess({ serverName: "elsewhere.example" });
  const error = await failureOf((await aFakeNode(() => "v", { tls: tls.files })).address, { tls });
  expect(error).toMatchObject({ code: "node-denied", hint: expect.stringContaining("--sni") as string });
});

test.each(["TLSv1.2", "TLSv1.3"] as const)("a missing client certificate is denied: %s", async (version) => {
  const tls = await tlsAccess();
  const node = await aFakeNode(() => "v", { tls: tls.files, wantsClientCertificate: version });
  const error = await failureOf(node.address, { tls });
  expect(error).toMatchObject({ code: "node-denied", hint: expect.stringContaining("--cert") as string });
  expect(error.message).not.toMatch(/openssl|:error:/);
});

test("a plain port that answers to TLS is told apart from a bad certificate", async () => {
  const address = await aPort("-ERR Protocol error: unbalanced quotes in request\r\n", "when spoken to");
  const error = await failureOf(address, { tls: await tlsAccess() });
  expect(error).toMatchObject({ code: "node-unreachable", hint: expect.stringContaining("--tls") as string });
  expect(error.message).toMatch(/does not speak TLS on this port\.$/);
});

test.each([
  { timeoutMs: 2332, within: "2.3 s" },
  { timeoutMs: 5000, within: "5 s" },
  { timeoutMs: 250, within: "0.25 s" },
])("$timeoutMs ms without an answer are $within", ({ timeoutMs, within }) => {
  expect(silent("a:1", { timeoutMs, inTlsHandshake: false }).message).toBe(
    `a:1 did not answer within ${within}.`,
  );
});

test("a plain port that waits for the end of a line in the TLS greeting is silent, and --tls named", async () => {
  const { address } = await aFakeNode(() => silence);
  const error = await failureOf(address, { tls: await tlsAccess(), timeoutMs: 200 });
  expect(error).toMatchObject({ code: "node-silent", hint: expect.stringContaining("--tls") as string });
});

test.each([{ password: undefined }, { password: "open-sesame-42" }])(
  "a TLS port that is spoken to plainly names --tls: password $password",
  async ({ password }) => {
    const { files } = await tlsAccess();
    const { address } = await aFakeNode(() => "v", { tls: files });
    const error = await failureOf(address, password === undefined ? {} : { password });
    expect(error.message).toMatch(/closed the connection before it answered\.$/);
    expect(error.hint).toMatch(/--tls/);
  },
);

test("a port of something else is no node", async () => {
  const { address } = await aFakeNode(
    () => new Misbehaviour("says nothing more", "HTTP/1.1 400 Bad\r\n\r\n"),
  );
  const error = await failureOf(address);
  expect(error).toMatchObject({ name: "ConnectFailed", code: "node-unreachable" });
  expect(error.message).toMatch(/not as a Redis or Valkey server does/);
});

const PROTECTED = "-DENIED Redis is running in protected mode because protected mode is enabled.\r\n";
const FULL = "-ERR max number of clients reached\r\n";

test.each([
  { says: PROTECTED, when: "at once", code: "node-denied", message: /protected mode/ },
  { says: PROTECTED, when: "when spoken to", code: "node-denied", message: /protected mode/ },
  { says: FULL, when: "at once", code: "connection-lost", message: /max number of clients reached\.$/ },
  {
    says: FULL,
    when: "when spoken to",
    code: "connection-lost",
    message: /max number of clients reached\.$/,
  },
] as const)(
  "why a node sends us away is in the error: $says $when",
  async ({ says, when, code, message }) => {
    for (const password of [undefined, "open-sesame-42"]) {
      const error = await failureOf(await aPort(says, when), password === undefined ? {} : { password });
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(inspect(error, { depth: 10 })).not.toContain("open-sesame-42");
    }
  },
);

test.each([
  { detail: "certificate has expired", hint: /renew it there/ },
  { detail: "certificate is not yet valid", hint: /clocks of both machines/ },
  { detail: "tlsv13 alert certificate required", hint: /wants a client certificate/ },
  { detail: "sslv3 alert handshake failure", hint: /wants a client certificate/ },
  { detail: "tlsv1 alert unknown ca", hint: /does not take the client certificate/ },
  { detail: "sslv3 alert certificate expired", hint: /does not take the client certificate/ },
  { detail: "self-signed certificate in certificate chain", hint: /--cacert/ },
  { detail: "Host: a. is not in the cert's altnames: DNS:b", hint: /--sni/ },
  { detail: "WRONGPASS invalid username-password pair", hint: /--password-file/ },
])("what to do about $detail", ({ detail, hint }) => {
  expect(hintForDenied(detail)).toMatch(hint);
});
