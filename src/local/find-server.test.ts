import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aStateDirectory } from "../../test/support/a-fake-server.ts";
import { Refused, UsageError } from "../errors.ts";
import { findServer, parseVersion } from "./find-server.ts";

test.each([
  {
    answer: "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=e08dbad3e06f3fb\n",
    expected: { engine: "redis", version: "7.0.15" },
  },
  {
    answer: "Valkey server v=9.1.2 sha=00000000:0 malloc=jemalloc-5.3.1 bits=64 build=9108e8f1788612b\n",
    expected: { engine: "valkey", version: "9.1.2" },
  },
  {
    answer: "a warning first\nValkey server v=9.0.0-rc1 sha=0\n",
    expected: { engine: "valkey", version: "9.0.0-rc1" },
  },
  { answer: "redis-cli 7.0.15\n", expected: undefined },
  { answer: "", expected: undefined },
])("reads $answer", ({ answer, expected }) => {
  expect(parseVersion(answer)).toEqual(expected);
});

test("takes redis-server before valkey-server, and an earlier directory of PATH before a later one", async () => {
  const { directory, addProgram, env } = await aPath(["first", "second"]);
  await addProgram("second/redis-server", "Redis server v=7.0.15");
  await addProgram("first/valkey-server", "Valkey server v=8.1.1");
  expect(await findServer({ env })).toMatchObject({ path: join(directory, "second/redis-server") });

  await addProgram("first/redis-server", "Valkey server v=9.1.2");
  expect(await findServer({ env })).toEqual({
    path: join(directory, "first/redis-server"),
    engine: "valkey",
    version: "9.1.2",
  });
});

test("passes over what cannot be executed", async () => {
  const { directory, addProgram, env } = await aPath(["bin"]);
  await addProgram("bin/redis-server", "Redis server v=7.0.15");
  await chmod(join(directory, "bin/redis-server"), 0o644);
  await addProgram("bin/valkey-server", "Valkey server v=8.1.1");
  expect(await findServer({ env })).toMatchObject({ engine: "valkey" });
});

test("says what to install when there is none", async () => {
  const { env } = await aPath(["bin"]);
  const error: unknown = await findServer({ env }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({
    code: "no-server",
    message: "There is no redis-server and no valkey-server on PATH.",
    hint: expect.stringContaining("--server PATH"),
  });
});

test("names one that was unpacked where nobody looks by himself", async () => {
  const { directory, addProgram, env } = await aPath(["bin"]);
  const folder = join(directory, ".cache/slotctl/servers/trixie/bin");
  await mkdir(folder, { recursive: true });
  await addProgram(".cache/slotctl/servers/trixie/bin/valkey-server", "Valkey server v=8.1.1");
  await expect(findServer({ env: { ...env, HOME: directory } })).rejects.toMatchObject({
    code: "no-server",
    hint: `One that was unpacked here: pass --server ${folder}/valkey-server`,
  });
});

test("looks a name without a slash up on PATH", async () => {
  const { directory, addProgram, env } = await aPath(["bin"]);
  await addProgram("bin/keydb", "Redis server v=6.3.4");
  expect(await findServer({ path: "keydb", env })).toMatchObject({ path: join(directory, "bin/keydb") });
});

test("a given path has to be a server that can be started", async () => {
  const { directory, addProgram, env } = await aPath(["bin"]);
  await addProgram("bin/other", "Other server v=1.0.0");
  await addProgram("bin/broken", "Redis server v=7.0.15", "echo 'library not found' >&2; exit 127");
  const paths = {
    [directory]: /not a file/,
    [join(directory, "none")]: /not a file/,
    none: /no "none" on PATH/,
  };
  const programs = {
    other: /is not a Redis or Valkey server/,
    broken: /--version failed: library not found/,
  };
  for (const [path, message] of [...Object.entries(paths), ...Object.entries(programs)]) {
    const error: unknown = await findServer({ path, env }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: "bad-server", message: expect.stringMatching(message) });
  }
});

test("a server does not get to know slotctl's passwords", async () => {
  const { addProgram, env } = await aPath(["bin"]);
  await addProgram("bin/redis-server", "Redis server v=${SLOTCTL_PASSWORD:-none}${REDISCLI_AUTH:-none}");
  const secrets = { SLOTCTL_PASSWORD: "secret", REDISCLI_AUTH: "secret" };
  expect(await findServer({ env: { ...env, ...secrets } })).toMatchObject({ version: "nonenone" });
});

async function aPath(folders: readonly string[]) {
  const directory = await aStateDirectory();
  for (const folder of folders) await mkdir(join(directory, folder));
  const addProgram = (path: string, answer: string, line = "") =>
    writeFile(join(directory, path), `#!/bin/sh\n${line}\necho "${answer}"\n`, { mode: 0o755 });
  return { directory, addProgram, env: { PATH: folders.map((folder) => join(directory, folder)).join(":") } };
}
