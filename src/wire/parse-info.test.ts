import { describe, expect, test } from "vitest";
import { allServerTexts } from "../../test/support/server-texts.ts";
import { engineOf, databasesOf, parseInfo, replicationOf } from "./parse-info.ts";

describe.each(allServerTexts())("of $name", (texts) => {
  const [engine, line] = texts.name.split("-");
  const info = (state: string) => parseInfo(texts.read(state, "info"));

  test.each(["alone", "primary", "replica", "link-down"])("%s: engine and version", (state) => {
    expect(engineOf(info(state))).toEqual({
      engine,
      version: expect.stringMatching(new RegExp(`^${line}\\.\\d+$`)) as string,
    });
  });

  test("role and link of a primary, a replica, and a replica without its primary", () => {
    expect(replicationOf(info("primary"))).toMatchObject({ role: "primary", linkUp: true, syncing: false });
    expect(replicationOf(info("replica"))).toMatchObject({ role: "replica", linkUp: true, syncing: false });
    expect(replicationOf(info("link-down"))).toMatchObject({ role: "replica", linkUp: false });
  });

  test("a replica's offset is in the same count as its primary's", () => {
    const [primary, replica] = ["primary", "replica"].map((state) => replicationOf(info(state)).offset);
    expect(primary).toBeGreaterThan(0);
    expect(Math.abs((replica ?? 0) - (primary ?? 0))).toBeLessThan(1000);
    expect(replicationOf(info("alone")).offset).toBe(0);
  });

  test("keys are found where there are some", () => {
    expect(["alone", "primary", "replica"].map((state) => databasesOf(info(state)).size > 0)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("numbers are there to be read", () => {
    expect(Number(info("primary").get("used_memory"))).toBeGreaterThan(100_000);
    expect(info("primary").get("maxmemory")).toBe("0");
  });

  test.each([
    { state: "alone", clusterState: "fail", epoch: 0 },
    { state: "primary", clusterState: "ok", epoch: 3 },
    { state: "replica", clusterState: "ok", epoch: 3 },
    { state: "failed", clusterState: "fail", epoch: 3 },
  ])("$state: cluster state and epoch", ({ state, clusterState, epoch }) => {
    const cluster = parseInfo(texts.read(state, "cluster-info"));
    expect(cluster.get("cluster_state")).toBe(clusterState);
    expect(Number(cluster.get("cluster_current_epoch"))).toBeGreaterThanOrEqual(epoch);
  });
});

test.each([
  { text: "", fields: [] },
  {
    text: "# Server\r\na:1\r\n\r\nb:x:y\r\nc:\r\n",
    fields: [
      ["a", "1"],
      ["b", "x:y"],
      ["c", ""],
    ],
  },
  {
    text: "a:1\nb:2",
    fields: [
      ["a", "1"],
      ["b", "2"],
    ],
  },
  { text: "no colon\n:no name\n#comment:1", fields: [] },
])("reads $text", ({ text, fields }) => {
  expect([...parseInfo(text)]).toEqual(fields);
});

test.each([
  { text: "role:slave\nslave_repl_offset:70\nmaster_repl_offset:50", offset: 70 },
  { text: "role:slave\nmaster_repl_offset:50", offset: 50 },
  { text: "role:master\nslave_repl_offset:70\nmaster_repl_offset:50", offset: 50 },
  { text: "role:slave", offset: 0 },
])("the offset of $text is $offset", ({ text, offset }) => {
  expect(replicationOf(parseInfo(text)).offset).toBe(offset);
});

test("a sync under way is seen", () => {
  const text = "role:slave\nmaster_link_status:down\nmaster_sync_in_progress:1";
  expect(replicationOf(parseInfo(text))).toMatchObject({ linkUp: false, syncing: true });
});

test("databases are told apart, with how many keys each holds", () => {
  const text = "# Keyspace\r\ndb0:keys=12,expires=1\r\ndb3:keys=7,expires=0,avg_ttl=0,subexpiry=0\r\n";
  expect([...databasesOf(parseInfo(text))]).toEqual([
    [0, 12],
    [3, 7],
  ]);
});

test.each([
  { text: "db1:keys=1,expires=0", keys: true },
  { text: "db12:keys=1,expires=0", keys: true },
  { text: "db0_distrib_strings_sizes:1=1", keys: false },
])("$text means keys: $keys", ({ text, keys }) => {
  expect(databasesOf(parseInfo(text)).size > 0).toBe(keys);
});
