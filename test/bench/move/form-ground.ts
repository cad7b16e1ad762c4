import { isAtLeast, type TestServer } from "../../servers/test-server.ts";
import { type RunningNode, startNodes } from "../../support/servers/start-nodes.ts";
import { startFar } from "../far/start-far.ts";
import { timeSlotctl } from "../run-timed.ts";
import { operatorSettings } from "../server-settings.ts";
import { ownLine } from "./ask-node.ts";
import { writeKeys } from "./bench-keys.ts";
import { Ground, type Home } from "./ground.ts";
import { loadNames, type Scenario } from "./scenario.ts";

const sourceCount = 3;
const timeoutMs = 300_000;

/** Starts the nodes, makes a cluster of the sources, lets the target join and writes the keys. */
export async function formGround(
  scenario: Scenario,
  { server, roundTripMs }: { server: TestServer; roundTripMs: number },
): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const canStayEmpty = staysPrimaryWhenEmpty(server);
  const config = {
    ...operatorSettings(server),
    ...(canStayEmpty ? { "cluster-allow-replica-migration": "no" } : {}),
  };
  const { nodes } = stack.use(await startNodes({ server, count: sourceCount + 1, config }));
  const far = scenario.isFar ? stack.use(await startFar(nodes, { roundTripMs })) : undefined;
  const addressOf = (node: RunningNode) => far?.addressOf(node) ?? node.address;
  const [sources, target] = [nodes.slice(0, sourceCount), nodes.at(-1)];
  const [seed] = sources;
  if (!seed || !target) throw new Error("no node was started");
  await timeSlotctl(["create", ...sources.map(addressOf), "--yes"], timeoutMs);
  await timeSlotctl(["add-node", addressOf(target), addressOf(seed), "--yes"], timeoutMs);
  const toTarget = ["reshard", addressOf(seed), "--to", addressOf(target), "--from", "all", "--yes"];
  if (!canStayEmpty) await timeSlotctl([...toTarget, "--slot-ranges", "16383"], timeoutMs);

  const homes = await Promise.all(sources.map((node) => homeOf(node, addressOf)));
  const slots = homes.map((home) => home.slots);
  const keys = scenario.keys(slots);
  const loadKeys = { names: loadNames(scenario, slots), valueBytes: 100 };
  await writeKeys(nodes, keys);
  await writeKeys(nodes, loadKeys);
  return new Ground({
    scenario,
    server,
    target: await homeOf(target, addressOf),
    homes,
    keys,
    loadNames: loadKeys.names,
    running: stack.move(),
  });
}

/** Before 7.0 a primary becomes a replica as it gives its last slot away, so the target keeps one. */
function staysPrimaryWhenEmpty({ engine, version }: TestServer): boolean {
  return engine === "valkey" || isAtLeast(version, "7.0.0");
}

async function homeOf(node: RunningNode, addressOf: (node: RunningNode) => string): Promise<Home> {
  const { id, slots } = await ownLine(node);
  return { node, address: addressOf(node), id, slots };
}
