import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SECRET, QUOTED_SECRET } from "../support/access-cluster.ts";
import { runAtTerminal } from "../support/access-terminal.ts";
import { loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";

const server = await oneServer();
const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe("at a terminal", () => {
  let cluster: MoveCluster;
  const move = (slots: string, ...args: string[]) => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    return ["reshard", cluster.seed, ...pair, "--slot-ranges", slots, ...args];
  };

  beforeAll(async () => {
    cluster = await MoveCluster.form({
      server,
      start: { config: { requirepass: QUOTED_SECRET, masterauth: QUOTED_SECRET } },
      redis: { password: SECRET },
      env: { SLOTCTL_PASSWORD: SECRET },
    });
    await loadKeys({ port: cluster.port, count: 30_000, password: SECRET });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const env = { SLOTCTL_PASSWORD: SECRET };

  test.each([
    { answer: "n\r", what: "no" },
    { answer: "\r", what: "nothing" },
    { answer: "yep\r", what: "something else" },
    { answer: CTRL_C, what: "Ctrl-C" },
    { answer: CTRL_D, what: "Ctrl-D" },
  ])("the answer $what changes nothing: exit code 7", async ({ answer }) => {
    const before = await cluster.slotCounts();
    const { exitCode, screen } = await runAtTerminal(move("0-9"), {
      env,
      typing: [{ when: /\[y\/N\]/, type: answer }],
    });
    expect(exitCode).toBe(7);
    expect(screen).toMatch(/10 slots move[^]*Carry out this step\? \[y\/N\][^]*Nothing was changed/);
    expect(await cluster.slotCounts()).toEqual(before);
  });

  test.each(["y", "Yes"])("the answer %s goes on", async (answer) => {
    const slots = answer === "y" ? "0-9" : "10-19";
    const typing = [{ when: /\[y\/N\]/, type: `${answer}\r` }];
    const { exitCode, screen } = await runAtTerminal(move(slots), { env, typing });
    expect(exitCode).toBe(0);
    expect(screen).toMatch(/Moved 10 slots with \d+ keys? in /);
  });

  test("slots that move elsewhere while the question waits make the plan stale: exit code 5", async () => {
    const elsewhere = ["--from", cluster.address(0), "--to", cluster.address(2), "--slot-ranges", "30-34"];
    const meanwhile = async () =>
      mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...elsewhere, "--yes"]));
    const typing = [{ when: /\[y\/N\]/, type: "y\r", meanwhile }];
    const { exitCode, screen } = await runAtTerminal(move("30-34"), { env, typing });
    expect(exitCode).toBe(5);
    expect(screen).toMatch(/does not own slots 30-34 any more[^]*same command again/);
    expect(await cluster.openSlots()).toEqual([]);
  });

  test("live progress is drawn, and the cursor is left as it was found", async () => {
    const { exitCode, screen } = await runAtTerminal(move("100-1500", "--yes"), { env });
    expect(exitCode).toBe(0);
    expect(screen).toContain(HIDE_CURSOR);
    expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
    expect(screen).toMatch(/\d+ of [\d,]+ slots/);
  });

  test.each([
    { what: "NO_COLOR", more: { NO_COLOR: "1" } },
    { what: "TERM=dumb", more: { TERM: "dumb" } },
    { what: "CI", more: { CI: "true" } },
  ])("$what: no colour", async ({ more }) => {
    const { exitCode, screen } = await runAtTerminal(["info", cluster.seed], { env: { ...env, ...more } });
    expect(exitCode).toBe(0);
    // eslint-disable-next-line no-control-regex -- Colours are control characters.
    expect(screen).not.toMatch(/\u001B\[\d*m/);
  });

  test("colour otherwise, on an errand that succeeds and on one that fails", async () => {
    expect((await runAtTerminal(["info", cluster.seed], { env })).screen).toContain("\u001B[");
    expect((await runAtTerminal(["info", "127.0.0.1:1"], { env })).screen).toContain("\u001B[31m");
  });

  test("Ctrl-C in the middle stops at a safe point, and the cursor is back", async () => {
    const typing = [{ when: /[1-9][\d,]* of [\d,]+ keys/, type: CTRL_C }];
    const { exitCode, screen } = await runAtTerminal(move("2000-4999", "--yes"), { env, typing });
    expect(exitCode).toBe(6);
    expect(screen).toContain("Stopping at the next safe point");
    expect(screen).toMatch(/Stopped, as asked: 0 of 1 step is done/);
    expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
    expect(await cluster.openSlots()).toEqual([]);
  });

  test("the password is asked for, and what is typed is not shown", async () => {
    const typing = [{ when: /Password: /, type: `${SECRET}\r` }];
    const { exitCode, screen } = await runAtTerminal(["info", cluster.seed, "--ask-password"], { typing });
    expect(exitCode).toBe(0);
    expect(screen).not.toContain(SECRET);
    expect(screen).toContain(cluster.address(1));
  });

  test.each([
    { key: "Ctrl-C", type: CTRL_C },
    { key: "Ctrl-D", type: CTRL_D },
  ])("$key instead of the password ends it: exit code 7", async ({ type }) => {
    const typing = [{ when: /Password: /, type }];
    const { exitCode, screen } = await runAtTerminal(["info", cluster.seed, "--ask-password"], { typing });
    expect(exitCode).toBe(7);
    expect(screen).toContain("No password was given.");
  });
});
