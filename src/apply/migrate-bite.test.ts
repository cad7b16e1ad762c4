import { describe, expect, test } from "vitest";
import { anEmptyNode, idOf } from "../../test/support/a-cluster.ts";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import type { Look } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { ConnectFailed, NodeFailed } from "../errors.ts";
import type { MigrateRequest } from "../wire/node-client.ts";
import { KeyBites } from "./key-bites.ts";
import { ReplyError } from "../wire/reply-errors.ts";
import { migrateBite } from "./migrate-bite.ts";

const source = { id: idOf("source"), address: { host: "10.0.0.1", port: 6379 } };
const target = { id: idOf("target"), address: { host: "10.0.0.2", port: 6379 } };
/** As the source reaches the target. */
const toAnnounced = { host: "172.16.0.2", port: 6379 };
const TIMEOUT_MS = 2000;
const move = aPairMove({
  slots: SlotSet.empty,
  from: source,
  to: target,
  toAnnounced,
  migrateTimeoutMs: TIMEOUT_MS,
  bytesPerKey: 0,
  mover: "classic",
});

interface Nodes {
  /** The error of a MIGRATE, if it is one. */
  readonly fails: (request: MigrateRequest, earlier: number) => Error | undefined;
  readonly targetLook?: Look;
  /** Values by name, as texts. */
  readonly here?: Readonly<Record<string, string>>;
  readonly there?: Readonly<Record<string, string>>;
  /** What the source has from the second time on that it is asked. */
  readonly hereLater?: Readonly<Record<string, string>>;
  readonly isDumpDenied?: boolean;
  /** Bytes at the source, where it is not a hundred. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly replace?: boolean;
}

interface Sent {
  readonly keys: string;
  readonly timeoutMs: number;
  readonly replace: boolean;
}

/** Sends the keys, and says what was sent in turn, and how it ended. */
async function sending(
  keys: string,
  nodes: Nodes,
): Promise<{ sent: Sent[]; error: unknown; deleted: string; compared: string[] }> {
  const sent: Sent[] = [];
  const compared: string[] = [];
  let dumpsHere = 0;
  let deleted = "";
  const dump =
    (values: Readonly<Record<string, string>> = {}) =>
    (names: readonly Buffer[], database: number) => {
      expect(database).toBe(3);
      return Promise.resolve(names.map((name) => dumpOf(values[name.toString()])));
    };
  const clients = fakeClients({
    "10.0.0.1:6379": {
      migrateKeys: (request) => {
        expect(request).toMatchObject({ to: toAnnounced, database: 3 });
        const error = nodes.fails(request, sent.length);
        const { timeoutMs, replace } = request;
        sent.push({ keys: request.keys.join(""), timeoutMs, replace });
        return error ? Promise.reject(error) : Promise.resolve();
      },
      sizesOf: (names) => Promise.resolve(names.map((name) => nodes.sizes?.[String(name)] ?? 100)),
      dumpKeys: (names, database) => {
        dumpsHere += 1;
        compared.push(names.join(""));
        if (nodes.isDumpDenied) return Promise.reject(failed("denied"));
        return dump(dumpsHere > 1 && nodes.hereLater ? nodes.hereLater : nodes.here)(
          names.map((name) => Buffer.from(name)),
          database,
        );
      },
    },
    "10.0.0.2:6379": {
      look: () => Promise.resolve(nodes.targetLook ?? { address: target.address, view: alive }),
      dumpKeys: (names, database) =>
        dump(nodes.there)(
          names.map((name) => Buffer.from(name)),
          database,
        ),
      deleteKeys: (names, database) => {
        expect(database).toBe(3);
        deleted += names.join("");
        return Promise.resolve();
      },
    },
  });
  const { context } = aFakeApplyContext({
    clients,
    moving: {
      pairsAtOnceMax: 1,
      maxLatencyMs: 0,
      keysPerSecondMax: undefined,
      mayFallBack: false,
      replace: nodes.replace ?? false,
    },
  });
  const bite = {
    move,
    bites: new KeyBites({ quickMs: 4, slowMs: 8, muchTooSlowMs: 50 }),
    bytes: 100,
    database: 3,
    keys: keys.split("").map((key) => Buffer.from(key)),
  };
  const error: unknown = await migrateBite(context, bite).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { sent, error, deleted, compared };
}

const alive = anEmptyNode("target", "10.0.0.2:6379");

/** A DUMP payload of a short text. */
function dumpOf(value: string | undefined): Buffer | undefined {
  return value === undefined
    ? undefined
    : Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value), Buffer.alloc(10)]);
}

function failed(code: string, reply?: string): NodeFailed {
  const cause = reply === undefined ? {} : { cause: new ReplyError(reply) };
  return new NodeFailed(`it failed: ${code}`, { code, node: "10.0.0.2:6379", ...cause });
}

const usual = { timeoutMs: TIMEOUT_MS, replace: false };
const patient = { timeoutMs: 2 * TIMEOUT_MS, replace: false };
const overwriting = { timeoutMs: 2 * TIMEOUT_MS, replace: true };

test("a bite goes in one MIGRATE, with the timeout of the move", async () => {
  const { sent, error } = await sending("abc", { fails: () => undefined });
  expect({ sent, error }).toEqual({ sent: [{ keys: "abc", ...usual }], error: undefined });
});

test("what was asked to be overwritten is", async () => {
  const { sent } = await sending("ab", { fails: () => undefined, replace: true });
  expect(sent).toEqual([{ keys: "ab", timeoutMs: TIMEOUT_MS, replace: true }]);
});

describe("a bite that is not through in time", () => {
  test("goes in halves, down to single keys, while the target answers", async () => {
    const { sent, error } = await sending("abcd", {
      fails: ({ keys }) =>
        keys.length > 1 && keys.join("").includes("a") ? failed("target-unreachable") : undefined,
    });
    expect(error).toBeUndefined();
    expect(sent.map(({ keys }) => keys)).toEqual(["abcd", "ab", "a", "b", "cd"]);
    expect(sent.every(({ timeoutMs }) => timeoutMs === TIMEOUT_MS)).toBe(true);
  });

  test("gives a single key twice as long, and no more than that", async () => {
    const slow = {
      fails: ({ timeoutMs }: MigrateRequest) =>
        timeoutMs > TIMEOUT_MS ? undefined : failed("target-unreachable"),
    };
    const { sent, error } = await sending("a", slow);
    expect({ sent, error }).toEqual({
      sent: [
        { keys: "a", ...usual },
        { keys: "a", ...patient },
      ],
      error: undefined,
    });
    const never = await sending("a", { fails: () => failed("target-unreachable") });
    expect(never.sent).toHaveLength(2);
    expect(never.error).toMatchObject({ code: "target-unreachable" });
  });

  test("does not bring back what clients have deleted meanwhile, and keeps what they have made anew", async () => {
    const { sent, error, deleted } = await sending("abc", {
      fails: (_, earlier) => (earlier === 0 ? failed("target-unreachable") : undefined),
      here: { a: "1", b: "2", c: "3" },
      hereLater: { c: "3" },
      there: { a: "1", b: "anew", c: "3" },
    });
    expect(error).toBeUndefined();
    expect(sent.map(({ keys }) => keys)).toEqual(["abc", "a", "bc"]);
    expect(deleted).toBe("a");
  });

  test("does not hold large values to find out what clients delete", async () => {
    const { error, deleted } = await sending("abc", {
      fails: (_, earlier) => (earlier === 0 ? failed("target-unreachable") : undefined),
      here: { a: "1", b: "2", c: "3" },
      hereLater: {},
      there: { a: "1", b: "2", c: "3" },
      sizes: { a: 200_000_000, b: 10_000_000, c: 10_000_000 },
    });
    expect({ error, deleted }).toEqual({ error: undefined, deleted: "b" });
  });

  test("leaves the target alone where nobody has deleted anything", async () => {
    const values = { a: "1", b: "2" };
    const { error, deleted } = await sending("ab", {
      fails: (_, earlier) => (earlier === 0 ? failed("target-unreachable") : undefined),
      here: values,
      there: values,
    });
    expect({ error, deleted }).toEqual({ error: undefined, deleted: "" });
  });

  test("is sent again all the same where the source lets nobody read values", async () => {
    const { sent, error } = await sending("ab", {
      fails: (_, earlier) => (earlier === 0 ? failed("target-unreachable") : undefined),
      isDumpDenied: true,
    });
    expect(error).toBeUndefined();
    expect(sent.map(({ keys }) => keys)).toEqual(["ab", "a", "b"]);
  });

  test("overwrites what the first try has left at the target", async () => {
    const { sent, error } = await sending("a", {
      fails: (_, earlier) => [failed("target-unreachable"), failed("busy-key")][earlier],
      // A client has changed it since, where it still is.
      here: { a: "newer" },
      there: { a: "older" },
    });
    expect(error).toBeUndefined();
    expect(sent).toEqual([
      { keys: "a", ...usual },
      { keys: "a", ...patient },
      { keys: "a", ...overwriting },
    ]);
  });

  test("is sent once more as it is where the source got no connection, and then no more", async () => {
    const unconnected = failed("target-unreachable", "IOERR error or timeout connecting to the client");
    const { sent, error } = await sending("abcd", { fails: () => unconnected });
    expect(sent.map(({ keys }) => keys)).toEqual(["abcd", "abcd"]);
    expect(error).toBe(unconnected);
  });

  test("is compared with what the target has where the source got no connection first: nothing of it is there", async () => {
    const unconnected = failed("target-unreachable", "IOERR error or timeout connecting to the client");
    const { sent, error } = await sending("a", {
      fails: (_, earlier) => [unconnected, failed("busy-key")][earlier],
      here: { a: "of the source" },
      there: { a: "of the target" },
    });
    expect(error).toMatchObject({ code: "busy-key", hint: expect.stringContaining("--replace") });
    expect(sent.map(({ replace }) => replace)).toEqual([false, false]);
  });

  test("is not sent again to a target that does not answer", async () => {
    const targetLook: Look = {
      address: target.address,
      unreached: { state: "silent", detail: "no answer within 5 s" },
    };
    const { sent, error } = await sending("abcd", { fails: () => failed("target-unreachable"), targetLook });
    expect(sent).toHaveLength(1);
    expect(error).toMatchObject({
      name: "NodeFailed",
      code: "node-gone",
      node: "10.0.0.2:6379",
      message: "10.0.0.2:6379 does not answer any more: no answer within 5 s.",
    });
  });
});

describe("keys that the target has already", () => {
  const busy = { fails: ({ replace }: MigrateRequest) => (replace ? undefined : failed("busy-key")) };

  test("are overwritten where the values are the same, or one is gone", async () => {
    const { sent, error } = await sending("abc", {
      ...busy,
      here: { a: "1", b: "2" },
      there: { a: "1", c: "3" },
    });
    expect(error).toBeUndefined();
    expect(sent).toEqual([
      { keys: "abc", ...usual },
      { keys: "abc", timeoutMs: TIMEOUT_MS, replace: true },
    ]);
  });

  test("are named without a comparison where they are large", async () => {
    const { sent, error } = await sending("ab", {
      ...busy,
      here: { a: "1", b: "2" },
      there: { a: "1", b: "2" },
      sizes: { b: 200_000_000 },
    });
    expect(sent).toHaveLength(1);
    expect(error).toMatchObject({ code: "busy-key", message: expect.stringMatching(/: "b"\.$/) });
  });

  test("are compared a few at a time where they are large, whatever they were thought to weigh", async () => {
    const values = { a: "1", b: "2", c: "3", d: "4" };
    const { error, compared } = await sending("abcd", {
      ...busy,
      here: values,
      there: values,
      sizes: { a: 10_000_000, b: 10_000_000, c: 6_000_000, d: 9_000_000 },
    });
    expect(error).toBeUndefined();
    expect(compared).toEqual(["a", "bc", "d"]);
  });

  test("are named where the values differ, and nothing is overwritten", async () => {
    const { sent, error } = await sending("abcde", {
      ...busy,
      here: { a: "1", b: "2", c: "3", d: "4", e: "5" },
      there: { a: "1", b: "x", c: "x", d: "x", e: "x" },
    });
    expect(sent).toHaveLength(1);
    expect(error).toMatchObject({
      code: "busy-key",
      node: "10.0.0.2:6379",
      message: expect.stringMatching(/: "b", "c", "d" and 1 more\.$/),
      hint: expect.stringContaining("--replace"),
    });
  });
});

test.each([
  { name: "a full target", error: failed("target-full") },
  { name: "a source that does not answer", error: new ConnectFailed("silent", { code: "node-silent" }) },
  { name: "a defect", error: new TypeError("cannot be") },
])("$name is told as it is, at once", async ({ error }) => {
  const outcome = await sending("ab", { fails: () => error });
  expect(outcome.error).toBe(error);
  expect(outcome.sent).toHaveLength(1);
});
