import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MoveCluster } from "../support/move-cluster.ts";
import { plantKeys } from "../support/move-plant.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();

/** Keys that the receiver has already, left over by a MIGRATE that died between the two nodes. */
describe.each(servers)("keys on both sides on $engine $version", (server) => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** Makes keys on the owner, and plants others at the receiver. */
  async function both(tag: string, copies: Copies) {
    const slot = keySlot(`{${tag}}`);
    const [from, to] = slot <= 8191 ? [0, 1] : [1, 0];
    for (const [name, ...args] of copies.here) await cluster.client(from).call(name, ...args);
    const ownerId = (await cluster.lineOf(from)).id;
    await plantKeys({ node: cluster.client(to), slot, ownerId }, copies.there);
    const where = ["--to", cluster.address(to), "--from", cluster.address(from)];
    const move = (...args: string[]) =>
      cluster.slotctl(["reshard", cluster.seed, ...where, "--slot-ranges", String(slot), "--yes", ...args]);
    return { slot, from, to, move };
  }

  test("equal copies are no conflict, and other keys of the slot go along", async () => {
    const others = Array.from({ length: 40 }, (_, index): Call => ["SET", `{equal}:${index}`, "only here"]);
    const { to, move } = await both("equal", {
      here: [["SET", "{equal}", "same"], ...others, ["SET", "{equal}:last", "same"]],
      there: [
        ["SET", "{equal}", "same"],
        ["SET", "{equal}:last", "same"],
      ],
    });
    expect(await move()).toMatchObject({ exitCode: 0 });
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.client(to).get("{equal}")).toBe("same");
    expect(await cluster.client(to).get("{equal}:39")).toBe("only here");
  });

  test("equal sets and hashes are equal, though two nodes keep them in different orders", async () => {
    const items = Array.from({ length: 3000 }, (_, index) => `item ${index} `.padEnd(80, "x"));
    const make: Call[] = [
      ["SADD", "{orders}:set", ...items],
      ["HSET", "{orders}:hash", ...items.flatMap((item) => [item, item])],
    ];
    const { to, move } = await both("orders", { here: make, there: make });
    const moved = await move();
    expect(moved).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("other values") });
    expect(await cluster.client(to).scard("{orders}:set")).toBe(3000);
    expect(await cluster.client(to).hlen("{orders}:hash")).toBe(3000);
  });

  test("other values are a conflict that is told, and is settled when asked", async () => {
    const key = "{other} key";
    const { slot, from, to, move } = await both("other", {
      here: [
        ["SET", key, "of the owner"],
        ["SET", "{other}:more", "1"],
      ],
      there: [["SET", key, "of the receiver"]],
    });
    const refused = await move("--json");
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.json()).toMatchObject({
      ok: false,
      error: { code: "busy-key", node: cluster.address(to), hint: expect.stringContaining("--replace") },
    });
    expect(refused.json().error?.message).toContain(key);
    expect(await cluster.openSlots()).toEqual([slot, slot]);
    expect(await cluster.client(from).get(key)).toBe("of the owner");

    expect(await move("--replace")).toMatchObject({ exitCode: 0 });
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.client(to).get(key)).toBe("of the owner");
    expect(await cluster.client(to).get("{other}:more")).toBe("1");
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

type Call = readonly [name: string, ...args: string[]];

interface Copies {
  readonly here: readonly Call[];
  readonly there: readonly Call[];
}
