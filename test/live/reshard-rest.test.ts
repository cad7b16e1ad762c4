import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { oneServer } from "../support/move-servers.ts";

const server = await oneServer();

describe("a reshard by count that is stopped part way", () => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3 });
    await loadKeys({ port: cluster.port, count: 60_000 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("names the command that moves what is left, and no slot more", async () => {
    const [, before = 0] = await cluster.slotCounts();
    const args = ["reshard", cluster.seed, "--from", "all", "--to", cluster.address(1), "--slots", "4000"];
    const result = await midway({ cluster, args: [...args, "--yes", "--json"] }, (run) => run.kill("SIGINT"));
    expect(result).toMatchObject({ exitCode: 6 });
    const { moved } = result.json().data as { moved: { slots: number } };
    expect(moved.slots).toBeLessThan(4000);
    const [, rest = ""] = /: slotctl (reshard .*)$/.exec(result.json().error?.hint ?? "") ?? [];
    expect(rest).toContain(`--from all --to ${cluster.address(1)} --slot-ranges `);

    const again = await cluster.slotctl([...rest.split(" "), "--yes", "--json"]);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.json()).toMatchObject({ data: { moved: { slots: 4000 - moved.slots } } });
    expect((await cluster.slotCounts())[1]).toBe(before + 4000);
    expect(await cluster.errorsFound()).toEqual([]);
  });
});
