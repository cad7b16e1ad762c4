import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runAtTerminal } from "../support/access-terminal.ts";
import { ask, selfOf } from "../support/live-node.ts";
import { eventually } from "../support/live-wait.ts";
import { loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";

const server = await oneServer();
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const PLAN_QUESTION = /reshard plan \(yes\/no\)\? /;

describe("slotctl --cluster at a terminal", () => {
  let cluster: MoveCluster;
  let ids: readonly string[];
  const reshard = (slots: number, ...more: string[]) => {
    const [from = "", to = ""] = ids;
    const pair = ["--cluster-from", from, "--cluster-to", to, "--cluster-slots", String(slots)];
    return ["--cluster", "reshard", cluster.seed, ...pair, ...more];
  };

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server });
    ids = await Promise.all(cluster.nodes.map(async (node) => (await selfOf(node)).id));
    await loadKeys({ port: cluster.port, count: 30_000 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each([
    { type: "no\r", what: "no", exits: 1, says: /\? no\r\n\[ERR\] Nothing was changed/ },
    { type: "y\r", what: "y", exits: 1, says: /\[ERR\] Nothing was changed/ },
    { type: "YES\r", what: "YES", exits: 1, says: /\[ERR\] Nothing was changed/ },
    { type: CTRL_D, what: "Ctrl-D", exits: 1, says: /\? \r\n\[ERR\] Nothing was changed/ },
    { type: CTRL_C, what: "Ctrl-C", exits: 130, says: /\? \^C\r\nStopped, as asked: nothing was under way/ },
  ])("the answer $what changes nothing: exit code $exits", async ({ type, exits, says }) => {
    const before = await cluster.slotCounts();
    const typing = [{ when: PLAN_QUESTION, type }];
    const { exitCode, screen } = await runAtTerminal(reshard(3), { typing });
    expect(screen).toMatch(says);
    expect(exitCode).toBe(exits);
    expect(await cluster.slotCounts()).toEqual(before);
  });

  test("all of its questions are answered, a password's first", async () => {
    const [from = "", to = ""] = ids;
    const before = await cluster.slotCounts();
    const { exitCode, screen } = await runAtTerminal(
      ["--cluster", "reshard", cluster.seed, "--user", "default", "--askpass"],
      {
        typing: [
          { when: /Password: /, type: "what-anyone-types\r" },
          { when: /from 1 to 16384\)\? /, type: "7\r" },
          { when: /receiving node ID\? /, type: `${to}\r` },
          { when: /Source node #1: /, type: `${from}\r` },
          { when: /Source node #2: /, type: "done\r" },
          { when: PLAN_QUESTION, type: "yes\r" },
        ],
      },
    );
    expect(screen).toMatch(/(Moving slot \d+ from \S+ to \S+: +\r\n){7}/);
    expect(screen).not.toContain("what-anyone-types");
    expect(exitCode).toBe(0);
    const after = await cluster.slotCounts();
    expect([after[0], after[1]]).toEqual([(before[0] ?? 0) - 7, (before[1] ?? 0) + 7]);
  });

  test("Ctrl-C in the middle of a reshard leaves no slot open, and the same again goes on", async () => {
    // A node that takes its time for each MIGRATE, so that there is a middle.
    const [source] = cluster.nodes;
    if (!source) throw new Error("there is no node");
    const before = await cluster.slotCounts();
    const moving = async () => /\[\d+->-/.test(String(await ask(source, "CLUSTER", "NODES")));
    const { exitCode, screen } = await runAtTerminal(reshard(4000, "--cluster-yes"), {
      typing: [
        {
          when: /Moving slot \d+ from [0-9a-f]{40}/,
          meanwhile: () => eventually(moving, (isMoving) => isMoving),
          type: CTRL_C,
        },
      ],
    });
    expect(screen).toMatch(/Stopping at the next safe point/);
    expect(screen).toMatch(/\[ERR\] Stopped, as asked: .* The cluster is safe as it is/);
    expect(exitCode).toBe(1);
    const check = await cluster.slotctl(["--cluster", "check", cluster.seed]);
    expect(check).toMatchObject({ exitCode: 0, stderr: "" });
    const stopped = await cluster.slotCounts();
    expect(stopped[0]).toBeGreaterThan((before[0] ?? 0) - 4000);
  });
});
