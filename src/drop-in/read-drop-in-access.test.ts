import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { Output } from "../cli/output.ts";
import { Answers } from "./answers.ts";
import type { Invocation } from "./invocation.ts";
import { parseInvocation } from "./parse-invocation.ts";
import { readDropInAccess } from "./read-drop-in-access.ts";

async function read(line: string, { env = {}, input = [] as string[] } = {}) {
  const { stderr } = captureStreams();
  for (const name of ["SLOTCTL_PASSWORD", "REDISCLI_AUTH", "VALKEYCLI_AUTH"]) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, String(value));
  onTestFinished(() => void vi.unstubAllEnvs());
  const invocation = parseInvocation(`--cluster info h:1 ${line}`.trim().split(" ")) as Invocation;
  const output = new Output({ command: "--cluster", json: false, colourAllowed: false });
  const answers = new Answers(Readable.from(input));
  const access = await readDropInAccess(invocation, { output, answers, env: process.env });
  return { access, said: stderr() };
}

const WARNING =
  "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

test.each([
  { line: "", password: undefined, says: "" },
  { line: "-a pw", password: "pw", says: WARNING },
  { line: "--pass pw --no-auth-warning", password: "pw", says: "" },
  { line: "-u redis://ann:pw@h:1", password: "pw", says: WARNING },
  { line: "-a pw", env: { REDISCLI_AUTH: "other" }, password: "pw", says: WARNING },
  { line: "", env: { REDISCLI_AUTH: "pw" }, password: "pw", says: "" },
  { line: "", env: { VALKEYCLI_AUTH: "pw" }, password: "pw", says: "" },
  { line: "--askpass", input: ["pw\n"], password: "pw", says: "" },
])("the password of $line $env", async ({ line, password, says, ...given }) => {
  const { access, said } = await read(line, given);
  expect(access.password).toBe(password);
  expect(said).toBe(says);
});

test.each([
  { line: "--user ann", username: "ann" },
  { line: "-u redis://ann:pw@h:1 --no-auth-warning", username: "ann" },
])("the user of $line", async ({ line, username }) => {
  const { access } = await read(line);
  expect(access.username).toBe(username);
});

test.each([
  { line: "", timeoutMs: 5000 },
  { line: "-t 0", timeoutMs: 5000 },
  { line: "-t 2.5", timeoutMs: 2500 },
])("the timeout of $line", async ({ line, timeoutMs }) => {
  expect((await read(line)).access.timeoutMs).toBe(timeoutMs);
});

test("a timeout that is none", async () => {
  await expect(read("-t x")).rejects.toThrow("Invalid connection timeout for -t.");
});

test("no TLS is asked for by TLS options alone", async () => {
  expect((await read("--cacert /not/there --insecure")).access.tls).toBeUndefined();
});

test("all certificates of a directory, and the ciphers of both options", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slotctl-certs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "a.crt"), "-----BEGIN CERTIFICATE-----\na\n");
  await writeFile(join(folder, "b.key"), "-----BEGIN PRIVATE KEY-----\nb\n");
  const { access } = await read(
    `--tls --cacertdir ${folder} --tls-ciphers OLD --tls-ciphersuites NEW --sni n`,
  );
  expect(access.tls).toMatchObject({ serverName: "n", anyName: true, ciphers: "NEW:OLD" });
  expect(access.tls?.ca).toContain("BEGIN CERTIFICATE");
  expect(access.tls?.ca).not.toContain("PRIVATE");
});
