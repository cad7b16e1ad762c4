import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { tlsFiles } from "../../test/support/servers/tls-files.ts";
import { parseSeed } from "../wire/seed.ts";
import type { NodeAccess } from "../wire/node-access.ts";
import { Output } from "./output.ts";
import { type AccessFlags, readAccess } from "./read-access.ts";

// Here, for making keys may take longer than a test may.
const files = await tlsFiles();

const none: AccessFlags = {
  user: undefined,
  password: undefined,
  "password-file": undefined,
  "ask-password": false,
  tls: false,
  "credentials-file": undefined,
  cacert: undefined,
  cacertdir: undefined,
  cert: undefined,
  key: undefined,
  sni: undefined,
  insecure: false,
  timeout: "5",
  map: undefined,
};

interface Given {
  readonly flags?: Partial<AccessFlags>;
  readonly seeds?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function read({
  flags = {},
  seeds = ["a:1"],
  env = {},
}: Given): Promise<{ access: NodeAccess; said: string }> {
  const { stdout, stderr } = captureStreams();
  vi.stubEnv("SLOTCTL_PASSWORD", env["SLOTCTL_PASSWORD"]);
  vi.stubEnv("REDISCLI_AUTH", env["REDISCLI_AUTH"]);
  onTestFinished(() => void vi.unstubAllEnvs());
  const output = new Output({ command: "info", json: false, colourAllowed: false });
  const access = await readAccess({ ...none, ...flags }, { seeds: seeds.map(parseSeed), output });
  output.say([`the password is ${access.password}`]);
  expect(stdout()).toBe("");
  return { access, said: stderr() };
}

async function aFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slotctl-access-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "file"), text);
  return join(folder, "file");
}

test("without any flag there are no credentials, no TLS, and 5 s", async () => {
  const { access } = await read({});
  expect(access).toMatchObject({ username: undefined, password: undefined, tls: undefined, timeoutMs: 5000 });
  expect(access.mapAddress({ host: "a", port: 1 })).toEqual({ host: "a", port: 1 });
});

const env = { SLOTCTL_PASSWORD: "of-slotctl", REDISCLI_AUTH: "of-redis-cli" };

test.each<Given & { password: string; isVisible: boolean }>([
  {
    seeds: ["a:1", "redis://:in-address@b:1"],
    flags: { password: "flag" },
    env,
    password: "in-address",
    isVisible: true,
  },
  { flags: { password: "flag" }, env, password: "flag", isVisible: true },
  { env, password: "of-slotctl", isVisible: false },
  { env: { REDISCLI_AUTH: "of-redis-cli" }, password: "of-redis-cli", isVisible: false },
  { env: { ...env, SLOTCTL_PASSWORD: "" }, password: "of-redis-cli", isVisible: false },
])(
  "the password is $password, never shown, and warned of if others can see it: $isVisible",
  async (given) => {
    const { access, said } = await read(given);
    expect(access.password).toBe(given.password);
    expect(said).toContain("the password is ***");
    expect(said.includes("can be seen by others")).toBe(given.isVisible);
  },
);

test.each(["in-file\n", "in-file", "in-file\r\nnot this\n"])(
  "a password file's first line counts: %j",
  async (text) => {
    const { access, said } = await read({ flags: { "password-file": await aFile(text) }, env });
    expect(access.password).toBe("in-file");
    expect(said).toBe("the password is ***\n");
  },
);

test("a user comes from an address or a flag", async () => {
  expect((await read({ flags: { user: "ops" } })).access.username).toBe("ops");
  expect((await read({ flags: { user: "ops" }, seeds: ["redis://me:pw@a:1"] })).access.username).toBe("me");
});

test("asking for a password needs a terminal", async () => {
  await expect(read({ flags: { "ask-password": true } })).rejects.toMatchObject({
    code: "no-terminal",
    hint: expect.stringContaining("--password-file") as string,
  });
});

test("TLS is what a flag or an address says, with the texts of the files", async () => {
  const paths = { cacert: files.caFile, cert: files.clientCertFile, key: files.clientKeyFile };
  const flags = { tls: true, ...paths, sni: "a.example", insecure: true };
  expect((await read({ flags })).access.tls).toEqual({
    ca: readFileSync(paths.cacert, "utf8"),
    cert: readFileSync(paths.cert, "utf8"),
    key: readFileSync(paths.key, "utf8"),
    serverName: "a.example",
    insecure: true,
  });
  expect((await read({ seeds: ["rediss://a:1"] })).access.tls).toEqual({
    ca: undefined,
    cert: undefined,
    key: undefined,
    serverName: undefined,
    insecure: false,
  });
});

test("a directory of CA certificates, with other files and links to directories in it", async () => {
  const { access } = await read({ flags: { tls: true, cacertdir: files.dir } });
  expect(access.tls?.ca).toContain(readFileSync(files.caFile, "utf8").trim());
  expect(access.tls?.ca).not.toContain("PRIVATE KEY");
  const empty = dirname(await aFile("no certificate"));
  await symlink("/", join(empty, "..data"));
  await expect(read({ flags: { tls: true, cacertdir: empty } })).rejects.toMatchObject({
    code: "bad-file",
    message: `--cacertdir ${empty} holds no certificate.`,
  });
});

test("files that cannot be what their flags say", async () => {
  const { caFile, clientCertFile: cert, clientKeyFile: key, serverKeyFile } = files;
  const other = await aFile("-----BEGIN ENCRYPTED PRIVATE KEY-----");
  const said = async (flags: Partial<AccessFlags>) =>
    await read({ flags: { tls: true, ...flags } }).then(
      () => "nothing",
      (error: Error) => error.message,
    );
  expect(await said({ cacert: key })).toBe(`--cacert ${key} is not a certificate.`);
  expect(await said({ cert: other, key })).toBe(`--cert ${other} is not a certificate.`);
  expect(await said({ cert, key: other })).toBe(`--key ${other} is encrypted.`);
  expect(await said({ cert, key: serverKeyFile })).toBe(
    `--key ${serverKeyFile} is not the key of --cert ${cert}.`,
  );
  expect(await said({ cacert: caFile, cert, key })).toBe("nothing");
});

test("a file of users and passwords, of which nobody else is to know", async () => {
  const path = await aFile('"10.0.0.1:6379": { user: ops, password: "of one" }');
  await chmod(path, 0o644);
  const { access, said } = await read({ flags: { "credentials-file": path, user: "me" } });
  expect(said).toContain(`Note: ${path} can be read by others on this machine (mode 644)`);
  expect(access.credentials?.of({ host: "10.0.0.1", port: 6379 })?.password).toBe("of one");
  expect(access.credentials?.of({ host: "10.0.0.2", port: 6379 })).toBeUndefined();
  await chmod(path, 0o600);
  expect((await read({ flags: { "credentials-file": path } })).said).toBe("the password is undefined\n");
});

test.each<Partial<AccessFlags>>([
  { cacert: "/no/such/file" },
  { cert: "a", key: "b" },
  { sni: "a.example" },
  { insecure: true },
])("flags for TLS are not ignored without it: %o", async (flags) => {
  await expect(read({ flags })).rejects.toMatchObject({ name: "UsageError", code: "tls-not-asked-for" });
});

test.each(["password-file", "cacert", "cert", "key"] as const)(
  "--%s of a file that is not there",
  async (flag) => {
    await expect(read({ flags: { tls: true, [flag]: "/no/such/file" } })).rejects.toMatchObject({
      name: "UsageError",
      code: "bad-file",
      message: `--${flag} /no/such/file cannot be read: there is no such file or directory.`,
      hint: expect.stringContaining(`--${flag}`),
    });
  },
);

test("addresses are mapped, and timeouts are seconds", async () => {
  const { access } = await read({ flags: { map: ["10.0.0.1=127.0.0.1"], timeout: "0.5" } });
  expect(access.mapAddress({ host: "10.0.0.1", port: 7 })).toEqual({ host: "127.0.0.1", port: 7 });
  expect(access.timeoutMs).toBe(500);
});
