import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { runAtTerminal } from "../support/access-terminal.ts";
import { aLiveCluster, addressesOf, nodeAt } from "../support/live-cluster.ts";
import { ask, configOf, fieldOf } from "../support/live-node.ts";
import {
  mustSlotctl,
  slotctlJson,
  type SlotctlJson,
  type SlotctlJsonOptions,
} from "../support/live-slotctl.ts";
import { eventually } from "../support/live-wait.ts";
import { oneServer, twoServers } from "../support/move-servers.ts";
import { type RunningSlotctl, runSlotctl } from "../support/run-slotctl.ts";
import { askAgain } from "../support/second-signal.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

interface CallNode {
  readonly id: string;
  readonly address: string;
  readonly role: string;
  readonly ok: boolean;
  readonly reply?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** `--json` goes in front of the `--`, behind which all is the server's. */
const callJson = (seed: string, words: readonly string[], { flags = [], ...options }: CallOptions = {}) =>
  slotctlJson(["call", seed, ...flags], { ...options, behind: ["--", ...words] });

interface CallOptions extends SlotctlJsonOptions {
  readonly flags?: readonly string[];
}

const nodesOf = ({ document }: SlotctlJson) => document.data["nodes"] as readonly CallNode[];

/** A list with bytes that are no text, nil, a list in it, and the largest integer there is. */
const EVERY_TYPE = `return {'text', 1, false, {'a\\0\\255', {}}, redis.error_reply('ERR inside')}`;

describe.concurrent.each(await listServers())("call on $engine $version", (server) => {
  test("every node answers in its own name, replies keep their types, and an error is an exit code", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const called = await callJson(seed, ["CLUSTER", "MYID"]);
    expect(
      nodesOf(called)
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual(addressesOf(nodes).toSorted());
    expect(nodesOf(called).every(({ id, reply, ok }) => ok && reply === id)).toBe(true);

    const replicas = await callJson(seed, ["ROLE"], { flags: ["--only", "replicas"] });
    expect(nodesOf(replicas).map(({ role }) => role)).toEqual(["replica", "replica", "replica"]);

    const script = ["EVAL", EVERY_TYPE, "0"];
    const typed = await callJson(seed, script, { flags: ["--only", "primaries", "--yes"] });
    const reply = [
      "text",
      1,
      null,
      [{ base64: "YQD/" }, []],
      { error: expect.stringContaining("inside") as string },
    ];
    expect(nodesOf(typed).map((node) => node.reply)).toEqual([reply, reply, reply]);

    // A key is at one node only: that one takes it, and the others say where it is.
    const set = await callJson(seed, ["INCRBY", "counter", "9007199254740993"], { exits: 1 });
    expect(
      nodesOf(set)
        .filter(({ ok }) => ok)
        .map((node) => node.reply),
    ).toEqual([{ integer: "9007199254740993" }]);
    const moved = nodesOf(set).filter(({ ok }) => !ok);
    expect(moved.map(({ error }) => error?.message.split(" ")[0])).toEqual(moved.map(() => "MOVED"));
    expect(set.document.error).toMatchObject({ code: "call-failed" });
  });
});

describe.concurrent.each(await twoServers())("call on $engine $version, where", (server) => {
  test("a node that is dead and one that is silent are told of, and nobody waits longer than --timeout", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 4 });
    const { nodes, seed } = cluster;
    const [dead, silent] = [nodeAt(nodes, 2), nodeAt(nodes, 3)];
    await dead.kill();
    process.kill(silent.pid, "SIGSTOP");
    try {
      const called = await callJson(seed, ["PING"], { flags: ["--timeout", "5"], exits: 4 });
      const byAddress = new Map(nodesOf(called).map((node) => [node.address, node]));
      expect(byAddress.get(seed)).toMatchObject({ ok: true, reply: "PONG" });
      expect(byAddress.get(dead.address)).toMatchObject({ ok: false, error: { code: "node-unreachable" } });
      expect(byAddress.get(silent.address)).toMatchObject({ ok: false, error: { code: "node-silent" } });
      expect(called.document.data["totals"]).toEqual({ nodes: 4, answered: 2, failed: 2 });
      const text = await runSlotctl(["call", seed, "--timeout", "5", "--", "PING"]);
      expect(text.exitCode).toBe(4);
      expect(text.stdout).toContain(dead.address);
      expect(text.stdout).toContain(silent.address);
    } finally {
      process.kill(silent.pid, "SIGCONT");
    }
  });
});

const server = await oneServer();

describe.concurrent("call", () => {
  test("the last argument comes from stdin byte by byte, and words behind -- are never flags", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const { seed } = cluster;
    const echoed = await callJson(seed, ["ECHO"], { flags: ["-x"], input: "-not\r\na flag\n" });
    expect(nodesOf(echoed).map(({ reply }) => reply)).toEqual(Array(3).fill("-not\r\na flag\n"));
    const dashes = await runSlotctl(["call", seed, "--json", "--", "ECHO", "--json"]);
    expect(dashes.json().data["nodes"]).toMatchObject([{ reply: "--json" }, {}, {}]);
    const plain = await mustSlotctl("call", seed, "--", "ECHO", "-abc");
    expect(plain.stdout.match(/ -abc$/gm)).toHaveLength(3);
  });

  test("what destroys is not done without a yes", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const { nodes, seed } = cluster;
    const sizes = () => Promise.all(nodes.map((node) => ask(node, "DBSIZE")));
    await callJson(seed, ["SET", "a", "1"], { exits: 1 });
    const full = await sizes();
    const flush = ["call", seed, "--", "flushall"];
    const refused = await callJson(seed, ["flushall"], { exits: 7 });
    expect(refused.document.error).toMatchObject({
      code: "needs-yes",
      hint: expect.stringContaining("--yes") as string,
    });
    const no = await runAtTerminal(flush, { typing: [{ when: /\[y\/N\]/, type: "n\r" }] });
    expect(no.exitCode).toBe(7);
    expect(no.screen).toMatch(/FLUSHALL deletes data/);
    expect(await sizes()).toEqual(full);
    const yes = await runAtTerminal(flush, { typing: [{ when: /\[y\/N\]/, type: "y\r" }] });
    expect(yes.exitCode).toBe(0);
    expect(await sizes()).toEqual([0, 0, 0]);
  });

  test("a shutdown is answered by the end of the connection", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const { data } = await callJson(cluster.seed, ["SHUTDOWN", "NOSAVE"], { flags: ["--yes"] });
    expect(data).toMatchObject({ totals: { answered: 3, failed: 0 } });
  });

  test.each([
    { words: ["SUBSCRIBE", "x"] },
    { words: ["monitor"] },
    { words: ["MULTI"] },
    { words: ["BLPOP", "x", "0"] },
    { words: ["PSYNC", "?", "-1"] },
  ])("$words is refused before any node is asked", async ({ words }) => {
    const { document } = await callJson("127.0.0.1:1", words, { exits: 7 });
    expect(document.error).toMatchObject({ code: "uncallable-command" });
  });

  test("a reply that is larger than there is room for is not read to its end, and that is said", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const script = "local t = {} for i = 1, 3000000 do t[i] = i end return t";
    const called = await callJson(cluster.seed, ["EVAL", script, "0"], {
      flags: ["--yes", "--timeout", "60"],
      exits: 1,
      timeoutMs: 110_000,
    });
    expect(nodesOf(called).map(({ error }) => error?.code)).toEqual(Array(3).fill("reply-too-large"));
  });

  test("a password among the words, or in a reply, is shown nowhere, and its hash is not", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const { nodes, seed } = cluster;
    const secret = "gEheim7Zq";
    const set = ["CONFIG", "SET", "masterauth", secret];
    await mustSlotctl("call", seed, "--", "CONFIG", "SET", "slowlog-log-slower-than", "0");
    const runs = [
      await runSlotctl(["call", seed, ...set]),
      await runSlotctl(["call", seed, "--", ...set]),
      await runSlotctl(["call", seed, "--json", "--", ...set]),
      await runSlotctl(["call", seed, "--json", "--yes", "--", ...set]),
      await runSlotctl(["call", seed, "--yes", "-x", "--", ...set.slice(0, 3)], { input: secret }),
      await runSlotctl(["call", seed, "--", "CONFIG", "GET", "*auth"]),
      await runSlotctl(["call", seed, "--json", "--", "CONFIG", "GET", "*auth"]),
      await runSlotctl(["call", seed, "--yes", "--", "ACL", "SETUSER", "u", `>${secret}`, "nonsense"]),
      await runSlotctl(["call", seed, "--yes", "--", "ACL", "SETUSER", "u", `>${secret}`]),
      await runSlotctl(["call", seed, "--", "ACL", "LIST"]),
      await runSlotctl(["call", seed, "--json", "--", "ACL", "GETUSER", "u"]),
      await runSlotctl(["call", seed, "--", "SLOWLOG", "GET", "100"]),
      await runSlotctl(["cal", seed, "--", ...set]),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 7, 7, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2]);
    expect(await Promise.all(nodes.map((node) => configOf(node, "masterauth")))).toEqual(
      Array(3).fill(secret),
    );
    const shown = runs.map(({ stdout, stderr }) => `${stdout}${stderr}`).join("\n");
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(createHash("sha256").update(secret).digest("hex"));
  });

  test.each([
    { signals: 1, what: "waits for the nodes that were asked", exits: 1, code: "call-failed" },
    { signals: 2, what: "ends at once", exits: 130, code: "stopped" },
  ])("asked to stop $signals times, it $what", async ({ signals, exits, code }) => {
    await using cluster = await aLiveCluster({ server, primaries: 3 });
    const { nodes, seed } = cluster;
    const running = Promise.withResolvers<RunningSlotctl>();
    const ended = callJson(seed, ["BLPOP", "x", "25"], {
      flags: ["--timeout", "30"],
      exits,
      onStart: running.resolve,
    });
    const slotctl = await running.promise;
    const isBlocked = async (node: RunningNode) =>
      (await fieldOf(node, ["INFO", "clients"], "blocked_clients")) === "1";
    const blocked = await eventually(
      () => Promise.all(nodes.map(isBlocked)),
      (each) => each.includes(true),
    );
    slotctl.kill("SIGINT");
    await eventually(
      () => Promise.resolve(slotctl.stderrSoFar()),
      (said) => said.includes("Waiting for the nodes"),
    );
    if (signals === 2) await askAgain(slotctl, "SIGINT");
    else await ask(nodeAt(nodes, blocked.indexOf(true)), "RPUSH", "x", "awaited");
    const { document } = await ended;
    expect(document.error).toMatchObject({ code });
    expect(JSON.stringify(document).includes("awaited")).toBe(signals === 1);
  });
});
