import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFile } from "../support/access-cluster.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { runSlotctl, type SlotctlResult } from "../support/run-slotctl.ts";

const server = await oneServer();
/** Like no other text, with characters that URIs and JSON write in other ways. */
const SECRET = 'gEheim"7/Zq';
const DEAD = "127.0.0.1:1";
/** Every spelling of it that somebody could print. */
const SPELLINGS = [
  SECRET,
  encodeURIComponent(SECRET),
  JSON.stringify(SECRET).slice(1, -1),
  "gEheim",
  "7/Zq",
  "7%2FZq",
];

interface Given {
  readonly seed: (seed: string) => string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const AS_IT_IS = (seed: string) => seed;
interface Way {
  readonly way: string;
  readonly isOnCommandLine: boolean;
  readonly give: (password: string) => Promise<Given>;
}

const WAYS: readonly Way[] = [
  {
    way: "a URI",
    isOnCommandLine: true,
    give: async (password) => ({
      seed: (seed) => `redis://:${encodeURIComponent(password)}@${seed}`,
      args: [],
      env: {},
    }),
  },
  {
    way: "--password",
    isOnCommandLine: true,
    give: async (password) => ({ seed: AS_IT_IS, args: ["--password", password], env: {} }),
  },
  {
    way: "--password=…",
    isOnCommandLine: true,
    give: async (password) => ({ seed: AS_IT_IS, args: [`--password=${password}`], env: {} }),
  },
  {
    way: "a file",
    isOnCommandLine: false,
    give: async (password) => ({ seed: AS_IT_IS, args: ["--password-file", await aFile(password)], env: {} }),
  },
  {
    way: "SLOTCTL_PASSWORD",
    isOnCommandLine: false,
    give: async (password) => ({ seed: AS_IT_IS, args: [], env: { SLOTCTL_PASSWORD: password } }),
  },
  {
    way: "REDISCLI_AUTH",
    isOnCommandLine: false,
    give: async (password) => ({ seed: AS_IT_IS, args: [], env: { REDISCLI_AUTH: password } }),
  },
];

let cluster: MoveCluster;

beforeAll(async () => {
  const quoted = JSON.stringify(SECRET);
  cluster = await MoveCluster.form({
    server,
    primaries: 2,
    start: { config: { requirepass: quoted, masterauth: quoted } },
    redis: { password: SECRET },
    env: { SLOTCTL_PASSWORD: SECRET },
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe.each(WAYS)("a password given by $way", ({ give }) => {
  const pair = () => ["--from", cluster.address(0), "--to", cluster.address(1)];
  const shared: readonly { what: string; exitCode: number; args: (given: Given) => string[] }[] = [
    { what: "a look", exitCode: 0, args: ({ seed }) => ["info", seed(cluster.seed)] },
    { what: "a check", exitCode: 0, args: ({ seed }) => ["check", seed(cluster.seed), "--deep"] },
    {
      what: "a move",
      exitCode: 0,
      args: ({ seed }) => [
        "reshard",
        seed(cluster.seed),
        ...pair(),
        "--slots",
        "3",
        "--yes",
        "--progress",
        "json",
      ],
    },
    { what: "a wrong flag", exitCode: 2, args: ({ seed }) => ["info", seed(cluster.seed), "--nosuch"] },
    {
      what: "a bad value",
      exitCode: 2,
      args: ({ seed }) => ["info", seed(cluster.seed), "--timeout", "soon"],
    },
    {
      what: "too many arguments",
      exitCode: 2,
      args: ({ seed }) => ["info", cluster.seed, seed(cluster.seed)],
    },
    { what: "the address as command", exitCode: 2, args: ({ seed }) => [seed(cluster.seed), "info"] },
    { what: "a bad address", exitCode: 2, args: ({ seed }) => ["info", `${seed("h:1")}/path/`] },
    {
      what: "an unknown node",
      exitCode: 2,
      args: ({ seed }) => ["failover", seed(cluster.seed), "ffffffff"],
    },
    { what: "nobody there", exitCode: 4, args: ({ seed }) => ["info", seed(DEAD)] },
    {
      what: "a refusal",
      exitCode: 7,
      args: ({ seed }) => ["del-node", seed(cluster.seed), cluster.address(1), "--yes"],
    },
    {
      what: "nobody to ask",
      exitCode: 7,
      args: ({ seed }) => ["reshard", seed(cluster.seed), ...pair(), "--slots", "1"],
    },
  ];

  test.each(shared)("is not shown by $what", async ({ exitCode, args }) => {
    const given = await give(SECRET);
    const results = await everyVerbosity([...args(given), ...given.args], given.env);
    expect(results.map((result) => result.exitCode)).toEqual(results.map(() => exitCode));
    expect(results.flatMap(spelledIn)).toEqual([]);
  });

  test("is not shown when it is wrong", async () => {
    const given = await give(`${SECRET}wrong`);
    const results = await everyVerbosity(["info", given.seed(cluster.seed), ...given.args], given.env);
    expect(results.map((result) => result.exitCode)).toEqual(results.map(() => 4));
    expect(results.flatMap(spelledIn)).toEqual([]);
  });
});

test.each(WAYS.filter(({ isOnCommandLine }) => !isOnCommandLine))(
  "a password given by $way is in no process's arguments",
  async ({ give }) => {
    const given = await give(SECRET);
    const looking = new AbortController();
    const seen = argumentsWithSecret(looking.signal);
    const result = await runSlotctl(["check", given.seed(cluster.seed), ...given.args], { env: given.env });
    looking.abort();
    expect(result).toMatchObject({ exitCode: 0 });
    expect(await seen).toEqual([]);
  },
);

/** In words and in JSON, with all that makes either say more; in turn, for some change the cluster. */
async function everyVerbosity(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<SlotctlResult[]> {
  return [
    await runSlotctl(args, { env: { ...env, DEBUG: "*", SLOTCTL_DEBUG: "1" } }),
    await runSlotctl([...args, "--json"], { env: { ...env, DEBUG: "ioredis:*" } }),
  ];
}

function spelledIn({ stdout, stderr }: SlotctlResult): string[] {
  return SPELLINGS.filter((spelling) => `${stdout}${stderr}`.includes(spelling));
}

/** Command lines on this machine that hold the secret at any time until the signal. */
async function argumentsWithSecret(until: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  while (!until.aborted) {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    // A process may end while it is looked at.
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")),
    );
    for (const line of lines) if (line.includes(SECRET)) found.add(line.replaceAll("\0", " "));
    await delay(5);
  }
  return [...found];
}
