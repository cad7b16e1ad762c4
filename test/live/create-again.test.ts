import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { addressesOf, nodeAt } from "../support/live-cluster.ts";
import { ownLineOf, viewOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { writeToEverySlot } from "../support/live-slots.ts";
import { representatives } from "../support/live-versions.ts";
import { killSlotctlAfter } from "../support/live-kill.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

/** A create of six nodes tells of its plan, of 20 steps that begin and of 20 that end. */
const moments = [1, 5, 11, 19, 24, 29, 37];

describe.concurrent.each(representatives(await listServers()))("$engine $version: create", (server) => {
  test.each(moments)("killed after event %i, it is finished by running it again", async (eventCount) => {
    await using running = await startNodes({ server, count: 6 });
    const { nodes } = running;
    const args = ["create", ...addressesOf(nodes), "--replicas", "1", "--yes"];
    const killed = await killSlotctlAfter(args, { eventCount });
    expect(killed.exitCode).toBeNull();

    await mustSlotctl(...args);
    expect(await writeToEverySlot(nodes, nodeAt(nodes, 0))).toEqual([]);
    expect(new Set(await Promise.all(nodes.map(viewOf))).size).toBe(1);
  });

  test("with other arguments it is refused on what an earlier one began, and changes nothing", async () => {
    await using running = await startNodes({ server, count: 6 });
    const { nodes } = running;
    const addresses = addressesOf(nodes);
    await killSlotctlAfter(["create", ...addresses, "--replicas", "1", "--yes"], { eventCount: 8 });
    // What the killed run has begun still spreads by gossip: only what each node says of itself holds still.
    const before = await Promise.all(nodes.map(ownLineOf));

    const other = await slotctlJson(["create", ...addresses, "--yes"], { exits: 7 });
    expect(other.document).toMatchObject({ error: { code: "layout-differs" } });
    expect(other.document.error?.message).toContain("owns slots");
    expect(await Promise.all(nodes.map(ownLineOf))).toEqual(before);

    await mustSlotctl("create", ...addresses, "--replicas", "1", "--yes");
  });

  test("refuses to lay a finished cluster out otherwise", async () => {
    await using running = await startNodes({ server, count: 6 });
    const addresses = addressesOf(running.nodes);
    await mustSlotctl("create", ...addresses, "--replicas", "1", "--yes");
    const other = await slotctlJson(["create", ...addresses, "--yes"], { exits: 7 });
    expect(other.document).toMatchObject({ error: { code: "layout-differs" } });
    expect(other.document.error?.message).toContain("is a replica");
  });
});
