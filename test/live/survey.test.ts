import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsIn } from "../support/schema-faults.ts";
import { loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";

const MB = 1024 * 1024;

interface SurveyJson {
  readonly keys: number;
  readonly keysUnseen: number;
  readonly bytes: number;
  readonly bigKeys: number;
  readonly pairs: readonly { readonly keys: number; readonly bytes: number; readonly slotCount: number }[];
  readonly largestKeys: readonly {
    readonly key: string;
    readonly slot: number;
    readonly bytes: number;
    readonly holdsClientsUp: boolean;
  }[];
}

describe.each(await twoServers())("--survey on $engine $version", (server) => {
  let cluster: MoveCluster;
  /** Slots that do not move, of all nodes but the first, are there to be left out. */
  let all: number;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server });
    await loadKeys({ port: cluster.port, count: 9000 });
    all = await cluster.client(0).dbsize();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const move = (...flags: readonly string[]) => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    return ["reshard", cluster.seed, ...pair, "--mover", "classic", ...flags];
  };
  const survey = async (...flags: readonly string[]) => {
    const result = await cluster.slotctl(move(...flags, "--survey", "--dry-run", "--json"));
    const { data } = result.json();
    expect(faultsIn("change", data)).toEqual([]);
    expect(result.exitCode).toBe(0);
    return data["survey"] as SurveyJson;
  };
  /** A key of a slot that the first node owns. */
  const tagged = (name: string): string => {
    const tags = Array.from({ length: 100 }, (_, at) => `${name}{${at}}`);
    return tags.find((key) => keySlot(key) <= 5000) ?? name;
  };

  test("small keys are counted with their bytes, and none of them is big", async () => {
    const { keys, keysUnseen, bytes, bigKeys, pairs, largestKeys } = await survey("--slot-ranges", "0-5460");
    expect({ keys, keysUnseen, bigKeys }).toEqual({ keys: all, keysUnseen: 0, bigKeys: 0 });
    expect(pairs).toMatchObject([{ slotCount: 5461, keys, bytes }]);
    expect(bytes / keys).toBeGreaterThan(100);
    expect(bytes / keys).toBeLessThan(300);
    expect(largestKeys).toHaveLength(20);
  });

  test("big keys among them are named before the question, whatever their names are", async () => {
    const client = cluster.client(0);
    const [list, text] = [tagged("feed\n"), tagged('a "text" ')];
    const items = Array.from({ length: 1000 }, (_, at) => `item ${at} `.padEnd(1000, "abcdefgh"));
    for (let mb = 0; mb < 20; mb++) await client.rpush(list, ...items);
    await client.set(text, "x".repeat(5 * MB));
    const { keys, bigKeys, largestKeys } = await survey("--slot-ranges", "0-5460");
    expect({ keys, bigKeys }).toEqual({ keys: all + 2, bigKeys: 2 });
    const [first, second, third] = largestKeys;
    expect(first).toMatchObject({
      key: list.replace("\n", String.raw`\x0a`),
      slot: keySlot(list),
      holdsClientsUp: true,
    });
    expect(first?.bytes).toBeGreaterThan(18 * MB);
    expect(first?.bytes).toBeLessThan(24 * MB);
    expect(second).toMatchObject({ key: text, slot: keySlot(text), holdsClientsUp: true });
    expect(third?.bytes).toBeLessThan(1000);

    const slots = await cluster.slotCounts();
    const unasked = await cluster.slotctl(move("--slot-ranges", "0-5460", "--survey"));
    expect(unasked.exitCode).toBe(7);
    expect(unasked.stdout).toMatch(
      /Keys that will move: [\d,]+ keys, 2\d MB\.[^]*2 keys are of 1\.0 MB or more/,
    );
    expect(unasked.stdout).toContain(String.raw`"feed\x0a{`);
    expect(await cluster.slotCounts()).toEqual(slots);
    await client.del(list);
    await client.del(text);
  });

  test("the move itself goes on after a survey, and its document has both", async () => {
    const result = await cluster.slotctl(move("--slot-ranges", "0-99", "--survey", "--yes", "--json"));
    const { data } = result.json();
    expect(faultsIn("change", data)).toEqual([]);
    const { keys } = data["survey"] as SurveyJson;
    expect(data).toMatchObject({ applied: 1, moved: { slots: 100, keys } });
    expect(keys).toBeGreaterThan(0);
  });

  describe("a slot with 200,000 keys", () => {
    const slot = keySlot(tagged("many"));
    const tag = /\{\d+\}/.exec(tagged("many"))?.[0] ?? "";

    beforeAll(async () => {
      for (let start = 0; start < 200_000; start += 10_000) {
        const pairs = Array.from({ length: 10_000 }, (_, at) => [`${start + at}${tag}`, "value"]).flat();
        await cluster.client(0).mset(...pairs);
      }
    });

    test("is looked at as far as can be, and what was not is told", async () => {
      const { keys, keysUnseen, pairs } = await survey("--slot-ranges", String(slot));
      expect(keys).toBeGreaterThanOrEqual(200_000);
      expect(keysUnseen).toBe(keys - 50_000);
      expect(pairs).toMatchObject([{ keys, slotCount: 1 }]);
    });

    test("Ctrl-C while it is looked at ends at once, and nothing has changed", async () => {
      const slots = await cluster.slotCounts();
      const { exitCode, stderr } = await cluster.slotctl(
        move("--slot-ranges", String(slot), "--survey", "--yes"),
        {
          onStart: (running) => void surveyBegins(cluster).then(() => running.kill("SIGINT")),
        },
      );
      expect(exitCode).toBe(130);
      expect(stderr).toContain("Stopped, as asked");
      expect(await cluster.slotCounts()).toEqual(slots);
      expect(await cluster.openSlots()).toEqual([]);
    });
  });
});

/** Ends once the first node is asked for sizes. */
async function surveyBegins(cluster: MoveCluster): Promise<void> {
  const client = cluster.client(0);
  const asked = async () =>
    Number(/cmdstat_memory.*?:calls=(\d+)/.exec(await client.info("commandstats"))?.[1] ?? 0);
  const before = await asked();
  for (let tries = 0; tries < 1000 && (await asked()) === before; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
