import { describe, expect, test } from "vitest";
import { aFakeNode, type Answer, type FakeReply, hangUp, silence } from "../../test/support/fake-node.ts";
import { allServerTexts, serverTexts } from "../../test/support/server-texts.ts";
import type { Look, NodeView } from "../cluster/node-view.ts";
import { Connection } from "./connection.ts";
import { lookAtNode } from "./look-at-node.ts";
import { plainAccess } from "./node-access.ts";
import type { LookWishes } from "./node-client.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";

interface Texts {
  readonly nodes: FakeReply;
  readonly clusterInfo: FakeReply;
  readonly info: FakeReply;
}

const usual = serverTexts("redis-7.0");
const primary: Texts = {
  nodes: usual.read("primary", "nodes"),
  clusterInfo: usual.read("primary", "cluster-info"),
  info: usual.read("primary", "info"),
};
const replica: Texts = {
  ...primary,
  nodes: usual.read("replica", "nodes"),
  info: usual.read("replica", "info"),
};

/** Answers what every look asks for as a real server did, and the rest as `more` says. */
function answering(texts: Texts, more: Answer = () => new Error("ERR unknown command")): Answer {
  return (command) => {
    const basics: Record<string, FakeReply> = {
      "CLUSTER NODES": texts.nodes,
      "CLUSTER INFO": texts.clusterInfo,
      INFO: texts.info,
      DBSIZE: 33,
    };
    return basics[command.join(" ")] ?? more(command);
  };
}

async function lookAt(
  answer: Answer,
  wishes?: LookWishes,
  timeoutMs = 10_000,
): Promise<{ look: Look; asked: string[] }> {
  const node = await aFakeNode(answer);
  const connection = new Connection(node.address, plainAccess(timeoutMs));
  const look = await lookAtNode(connection, wishes);
  expect(look.address).toEqual(node.address);
  return { look, asked: node.commands.map((command) => command.join(" ")) };
}

async function viewOf(answer: Answer, wishes?: LookWishes): Promise<NodeView> {
  const { look } = await lookAt(answer, wishes);
  if (!("view" in look)) throw new Error(`no view: ${look.unreached.detail}`);
  return look.view;
}

describe.each(allServerTexts())("of $name", ({ name, read }) => {
  test("all that a node reports is in its view", async () => {
    const [engine, line] = name.split("-");
    const view = await viewOf(
      answering({
        nodes: read("primary", "nodes"),
        clusterInfo: read("primary", "cluster-info"),
        info: read("primary", "info"),
      }),
    );
    expect(view).toMatchObject({
      engine,
      clusterState: "ok",
      keys: 33,
      hasKeys: true,
      maxmemoryBytes: 0,
      replication: { role: "primary", linkUp: true },
    });
    expect(view.version.startsWith(`${line}.`)).toBe(true);
    expect(view.currentEpoch).toBeGreaterThanOrEqual(3);
    expect(view.memoryBytes).toBeGreaterThan(100_000);
    expect(view.datasetBytes).toBeGreaterThan(0);
    expect(view.datasetBytes).toBeLessThan(view.memoryBytes);
    expect(`${view.self.slots}`).toBe("0-5460");
    expect(view.lines).toHaveLength(5);
    expect(view.settings).toBeUndefined();
    expect(view.strayKeys).toBeUndefined();
  });
});

test("a look is four commands, no more", async () => {
  const { asked } = await lookAt(answering(primary));
  expect(asked).toEqual(["CLUSTER NODES", "CLUSTER INFO", "INFO", "DBSIZE"]);
});

test.each<{ name: string; answer: Answer; state: string; detail: RegExp }>([
  {
    name: "is still loading",
    answer: answering({ ...primary, info: new Error("LOADING Redis is loading the dataset in memory") }),
    state: "loading",
    detail: /^still loading its data$/,
  },
  {
    name: "runs without cluster mode",
    answer: answering({
      ...primary,
      nodes: new Error("ERR This instance has cluster support disabled"),
      clusterInfo: new Error("ERR This instance has cluster support disabled"),
    }),
    state: "not-a-cluster-node",
    detail: /without cluster-enabled yes/,
  },
  {
    name: "wants a password",
    answer: () => new Error("NOAUTH Authentication required."),
    state: "denied",
    detail: /NOAUTH/,
  },
  {
    name: "forbids a command that every look needs",
    answer: answering({ ...primary, info: new Error("NOPERM no permissions to run the 'info' command") }),
    state: "denied",
    detail: /NOPERM/,
  },
  {
    name: "is a proxy that knows no CLUSTER",
    answer: () => new Error("ERR unknown command 'CLUSTER'"),
    state: "not-a-cluster-node",
    detail: /it has no command CLUSTER NODES/,
  },
  {
    name: "answers with something else",
    answer: answering({ ...primary, nodes: "hello" }),
    state: "not-a-cluster-node",
    detail: /not understood: hello/,
  },
  { name: "never answers", answer: () => silence, state: "silent", detail: /^no answer within 0.2 s$/ },
  { name: "hangs up", answer: () => hangUp, state: "unreachable", detail: /closed the connection/ },
])("a node that $name is a finding, not an error", async ({ answer, state, detail }) => {
  const { look } = await lookAt(answer, {}, state === "silent" ? 200 : undefined);
  if ("view" in look) throw new Error("there is a view");
  expect(look.unreached.state).toBe(state);
  expect(look.unreached.detail).toMatch(detail);
});

/** 7 keys in slot 5 and 9 in slot 6000. */
const counting: Answer = ([name, what, slot]) => {
  if (name === "PING") return "PONG";
  return name === "CLUSTER" && what === "COUNTKEYSINSLOT" ? ({ 5: 7, 6000: 9 }[Number(slot)] ?? 0) : silence;
};

test("counts keys in the slots that are asked for, owned or not", async () => {
  const view = await viewOf(answering(primary, counting), { countSlots: [5, 6000, 6001] });
  expect([...view.keysInOpenSlots]).toEqual([
    [5, 7],
    [6000, 9],
    [6001, 0],
  ]);
});

test("a deep look counts every slot and finds keys in those that are not owned", async () => {
  const node = answering(primary, counting);
  const { look, asked } = await lookAt(node, { deep: true });
  expect(asked.filter((command) => command !== "PING")).toHaveLength(4 + SLOT_COUNT);
  expect("view" in look && [...(look.view.strayKeys ?? [])]).toEqual([[6000, 9]]);
});

test("keys that may not be counted are not taken for none", async () => {
  const forbidding = answering(
    primary,
    () => new Error("NOPERM no permissions to run 'cluster|countkeysinslot'"),
  );
  const { look } = await lookAt(forbidding, { countSlots: [5] });
  expect("unreached" in look && look.unreached.state).toBe("denied");
});

test("a replica owns nothing and has no stray keys", async () => {
  const view = await viewOf(answering(replica, counting), { deep: true });
  expect(view.self.role).toBe("replica");
  expect(view.strayKeys).toEqual(new Map());
});

/** Settings as servers have them: Valkey's own names are unknown elsewhere, and answered with nothing. */
const settings: Record<string, string> = {
  requirepass: "open-sesame-42",
  masterauth: "open-sesame-42",
  masteruser: "",
  "cluster-node-timeout": "2000",
};
const configured: Answer = ([, , name = ""]) => {
  const value = settings[name];
  return value === undefined ? [] : [name, value];
};

test("what a move depends on is asked for when it is wished, down the same pipeline", async () => {
  const running = ["name", "1", "operation", "EXPORT", "slot_ranges", "0-9", "state", "snapshotting"];
  const moving: Answer = (command) => {
    const text = command.join(" ");
    if (text === "CLUSTER GETSLOTMIGRATIONS") return [running];
    if (text === "ACL GETUSER default") return ["flags", ["on", "nopass"], "passwords", []];
    return command[0] === "CONFIG" ? [String(command[2]), ""] : new Error("ERR unknown subcommand");
  };
  const { look, asked } = await lookAt(answering(primary, moving), { moving: true });
  expect(look).toMatchObject({
    view: {
      migrations: [{ id: "1", outcome: "running" }],
      atomicFacts: { givesPassword: false, asksPassword: false },
    },
  });
  expect(asked).toContain("CLUSTER MIGRATION STATUS ALL");
  const view = await viewOf(answering(primary, moving));
  expect([view.migrations, view.atomicFacts]).toEqual([undefined, undefined]);
});

test("settings are read under one name, and secrets are there to be compared only", async () => {
  const view = await viewOf(answering(primary, configured), { settings: true });
  expect(view.settings?.get("cluster-node-timeout")).toBe("2000");
  expect(view.settings?.get("masteruser")).toBe("");
  expect(view.settings?.has("maxmemory")).toBe(false);
  expect(JSON.stringify([...(view.settings ?? [])])).not.toContain("open-sesame-42");
  const [required, given] = ["requirepass", "masterauth"].map((name) => view.settings?.get(name));
  expect(required).toMatch(/^digest:/);
  expect(given).toBe(required);
});

test("a setting that only has Valkey's name is found under the usual one", async () => {
  const renamed: Answer = ([, , name]) => (name === "primaryuser" ? [name, "ops"] : []);
  const view = await viewOf(answering(primary, renamed), { settings: true });
  expect([...(view.settings ?? [])]).toEqual([["masteruser", "ops"]]);
});

test("a node that forbids CONFIG still gives its view", async () => {
  const view = await viewOf(
    answering(primary, () => new Error("NOPERM no permissions to run the 'config|get' command")),
    { settings: true },
  );
  expect(view.settings).toEqual(new Map());
});

describe("keys in several databases", () => {
  /** A primary that holds so many keys of slots 5 and 6000 in each database. */
  function holding(
    keysIn: Readonly<Record<number, number>>,
    onSelect?: (database: string) => FakeReply | undefined,
  ): Answer {
    const keyspace = Object.entries(keysIn).map(
      ([database, keys]) => `db${database}:keys=${keys},expires=0\r\n`,
    );
    const info = `${usual.read("primary", "info").replace(/^db\d.*\r?\n/gm, "")}\r\n${keyspace.join("")}`;
    let selected = "0";
    return answering({ ...primary, info }, ([name, what = "", slot]) => {
      if (name === "SELECT") {
        const refusal = onSelect?.(what);
        if (refusal === undefined) selected = what;
        return refusal ?? "OK";
      }
      return what === "COUNTKEYSINSLOT" && ["5", "6000"].includes(slot ?? "")
        ? (keysIn[Number(selected)] ?? 0)
        : 0;
    });
  }

  test("are all in the total", async () => {
    // DBSIZE, which is of database 0, says 33.
    const view = await viewOf(holding({ 0: 33, 1: 4, 3: 7 }));
    expect(view).toMatchObject({ keys: 44, hasKeys: true });
  });

  test("make a node hold keys where database 0 is empty", async () => {
    expect(await viewOf(holding({ 2: 1 }))).toMatchObject({ hasKeys: true });
  });

  test("are all counted in open slots and in slots that are not owned", async () => {
    const view = await viewOf(holding({ 1: 4, 3: 7 }), { countSlots: [5, 7, 6000] });
    expect([...view.keysInOpenSlots]).toEqual([
      [5, 11],
      [7, 0],
      [6000, 11],
    ]);
    const deep = await viewOf(holding({ 0: 2, 3: 7 }), { deep: true });
    expect([...(deep.strayKeys ?? [])]).toEqual([[6000, 9]]);
  });

  test("are asked for in their database only, and database 0 is left selected", async () => {
    const { asked } = await lookAt(holding({ 0: 1, 3: 7 }), { countSlots: [5] });
    const count = "CLUSTER COUNTKEYSINSLOT 5";
    expect(asked.slice(4)).toEqual([count, "SELECT 3", count, "SELECT 0"]);
  });

  test("that may not be counted are not taken for none", async () => {
    const forbidding = holding({ 0: 1, 3: 7 }, (database) =>
      database === "3" ? new Error("NOPERM no permissions to run the 'select' command") : undefined,
    );
    const { look } = await lookAt(forbidding, { countSlots: [5] });
    expect("unreached" in look && look.unreached.state).toBe("denied");
  });
});
