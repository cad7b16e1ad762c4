import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/cluster/address.ts";
import { holdNodes } from "../../src/wire/hold-nodes.ts";
import { plainAccess } from "../../src/wire/node-access.ts";
import { Refused } from "../../src/errors.ts";
import { forwardersTo } from "../support/forwarders.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { eventually } from "../support/live-wait.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { twoServers } from "../support/move-servers.ts";

const KEYS = 20_000;
const SLOTS = "0-1999";
/** So slow that what happens in the middle does happen in the middle. */
const KEYS_PER_SECOND = 500;
/** So far below the node timeout that no other node takes the source for down. */
const PAUSE_MS = 30;

describe.each(await twoServers())("classic moves of $engine $version, where", (server) => {
  test.concurrent("slotctl loses its network, end in time; the same command goes on", async () => {
    await using cluster = await aLoadedCluster();
    await using forwarders = await forwardersTo(cluster.nodes);
    const through = ["--map", ...forwarders.maps, "--timeout", "2"];
    const command = [...moveOf(cluster), "--max-keys-per-second", String(KEYS_PER_SECOND), ...through];
    const lost = await midway({ cluster, args: command }, () => forwarders.cut());
    expect(lost.exitCode).toBe(6);
    const { error } = lost.json();
    expect(error).toMatchObject({ code: "node-silent", hint: expect.stringContaining("again") });
    expect(error?.message).toMatch(/did not answer.*Some slots may be open/);
    forwarders.mend();
    mustSucceed(await cluster.slotctl(command));
    await expectArrived(cluster);
  });

  test.concurrent("the source is slow, wait for it and say so, and arrive", async () => {
    await using cluster = await aLoadedCluster();
    const source = cluster.node(0);
    // Slow enough to be told so before all is moved, however busy the machine is.
    const paced = ["--max-keys-per-second", "150", "--max-latency", "5"];
    const moved = await midway({ cluster, args: [...moveOf(cluster), ...paced] }, async (running) => {
      while (!running.ended() && !running.stderrSoFar().includes('"kind":"latency"')) {
        source.pause();
        await delay(PAUSE_MS);
        source.resume();
        await delay(PAUSE_MS);
      }
    });
    source.resume();
    expect(moved).toMatchObject({ exitCode: 0 });
    expect(moved.stderr).toContain(`"waitsFor":{"kind":"latency","node":"${cluster.address(0)}"`);
    await expectArrived(cluster);
  });

  test.concurrent("a server hangs up on who is idle, nodes stay held", async () => {
    await using cluster = await MoveCluster.form({ server, start: { config: { timeout: "1" } } });
    const addresses = cluster.nodes.map(({ host, port }) => ({ host, port }));
    using held = await holdNodes(addresses, access);
    expect(held).toBeDefined();
    // Servers look for idle connections once in a while: several times in this.
    await delay(6000);
    for (const address of addresses) {
      // Between hanging up and a new connection there is no name for a moment.
      await eventually(
        () => tryToHold(address),
        (failure) => failure instanceof Refused,
        { timeoutMs: 5000, what: "a refusal" },
      );
    }
  });

  async function aLoadedCluster(): Promise<MoveCluster> {
    const cluster = await MoveCluster.form({ server });
    await loadKeys({ port: cluster.port, count: KEYS });
    return cluster;
  }
});

const access = plainAccess(5000);

/** What keeps another run from holding the node; undefined when nothing does. */
async function tryToHold(address: Address): Promise<unknown> {
  try {
    using held = await holdNodes([address], access);
    return void held;
  } catch (error) {
    return error;
  }
}

function moveOf(cluster: MoveCluster): string[] {
  const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
  return ["reshard", cluster.seed, ...pair, "--slot-ranges", SLOTS, "--mover", "classic", "--yes", "--json"];
}

async function expectArrived(cluster: MoveCluster): Promise<void> {
  expect(await cluster.errorsFound()).toEqual([]);
  const owned = await cluster.slotsOf(1);
  expect(Array.from({ length: 2000 }, (_, slot) => slot).filter((slot) => !owned.has(slot))).toEqual([]);
  expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
}
