import { formatNumber, formatSeconds } from "../../src/ui/format-number.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { type Cast, joiningCount, nodeCount } from "./cast.ts";
import { runTyped } from "./run-typed.ts";
import type { Stage } from "./stage.ts";
import { addressOf, findPair, killNode, startAgain, untilInSync, untilPromoted } from "./the-nodes.ts";

const keyCount = 100_000;
const keys = formatNumber(keyCount);

/** The whole story, from empty nodes to the cluster that it began with, and its keys read back. */
export async function playActs(stage: Stage, cast: Cast): Promise<void> {
  await formCluster(stage, cast);
  await grow(stage, cast);
  await losePrimary(stage, cast);
  await shrink(stage, cast);
}

async function formCluster(stage: Stage, cast: Cast): Promise<void> {
  const { firstPort: port, serverFlag } = cast;
  const all = Array.from({ length: nodeCount }, (_, index) => addressOf(port + index));
  await stage.act("Start six empty nodes", async () => {
    await runTyped(stage, cast, ["local", "up", "--bare", "--base-port", `${port}`, ...serverFlag]);
    return "local up";
  });
  await stage.act("Make them a cluster", async () => {
    await runTyped(stage, cast, ["create", ...all, "--replicas", "1", "--yes"]);
    return "create: three primaries with a replica each";
  });
  await stage.act(`Load ${keys} keys`, async () => {
    const startMs = performance.now();
    await loadKeys({ port, count: keyCount });
    stage.ok(`Wrote ${keys} keys of 100 bytes in ${formatSeconds(secondsSince(startMs))}.`);
    return "100 bytes each";
  });
}

async function grow(stage: Stage, cast: Cast): Promise<void> {
  const { firstPort, joiningPort, serverFlag } = cast;
  const seed = addressOf(firstPort);
  const [primary, replica] = [addressOf(joiningPort), addressOf(joiningPort + 1)];
  await stage.act("Add a primary and a replica for it", async () => {
    const up = ["local", "up", "--nodes", `${joiningCount}`, "--bare", "--base-port", `${joiningPort}`];
    await runTyped(stage, cast, [...up, ...serverFlag]);
    await runTyped(stage, cast, ["add-node", primary, seed, "--yes"]);
    await runTyped(stage, cast, ["add-node", replica, seed, "--replica", "--primary", primary, "--yes"]);
    return "add-node";
  });
  await stage.act("Give the new primary its share", async () => {
    await runTyped(stage, cast, ["rebalance", seed, "--use-empty", "--yes"]);
    return "rebalance";
  });
  await stage.act("Move slots by name", async () => {
    const to = addressOf(firstPort + 2);
    const slots = ["--slot-ranges", "0-99,8000"];
    await runTyped(stage, cast, ["reshard", seed, "--to", to, "--from", "all", ...slots, "--yes"]);
    return "reshard";
  });
}

async function losePrimary(stage: Stage, cast: Cast): Promise<void> {
  const { firstPort } = cast;
  const seed = addressOf(firstPort);
  const lostPort = firstPort + 1;
  await stage.act("Lose a primary", async () => {
    const pair = await findPair(firstPort, lostPort);
    await killNode(stage, cast, lostPort);
    const startMs = performance.now();
    await untilPromoted(pair, stage.signal);
    const promotion = `its replica ${addressOf(pair.replicaPort)} took over after ${formatSeconds(secondsSince(startMs))}`;
    stage.ok(`${addressOf(lostPort)} is dead; ${promotion}.`);
    await runTyped(stage, cast, ["info", seed]);
    return promotion;
  });
  await stage.act("Bring it back", async () => {
    await startAgain(stage, cast, lostPort);
    await untilInSync(lostPort, stage.signal);
    stage.ok(`${addressOf(lostPort)} is a replica now, and in sync.`);
    return "the dead node is a replica now, and in sync";
  });
  await stage.act("Make it the primary again", async () => {
    await runTyped(stage, cast, ["failover", seed, addressOf(lostPort), "--yes"]);
    return "failover";
  });
}

async function shrink(stage: Stage, cast: Cast): Promise<void> {
  const { firstPort, joiningPort } = cast;
  const seed = addressOf(firstPort);
  await stage.act("Take the two nodes out again", async () => {
    const leaving = [addressOf(joiningPort), addressOf(joiningPort + 1)];
    await runTyped(stage, cast, ["del-node", seed, ...leaving, "--drain", "--yes"]);
    return "del-node, with its slots moved to the others first";
  });
  await stage.act("Look for problems", async () => {
    await runTyped(stage, cast, ["check", seed]);
    return "check: no errors, exit code 0";
  });
  await stage.act("Read every key back", async () => {
    const broken = await findBrokenKeys({ port: firstPort, count: keyCount });
    const verdict = `${formatNumber(keyCount - broken.length)} of ${keys} keys are there with their values`;
    if (broken.length > 0)
      throw new Error(`Only ${verdict}. Missing or changed: ${broken.slice(0, 3).join(", ")}`);
    stage.ok(`${verdict}.`);
    return verdict;
  });
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000;
}
