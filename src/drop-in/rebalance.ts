import { formatAddress } from "../cluster/address.ts";
import { ownsSlots, primariesOf, type Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { planRebalance } from "../plan/plan-rebalance.ts";
import type { StepOf } from "../plan/step.ts";
import { carryOutTold } from "./carry-out-told.ts";
import { namedNode } from "./named-node.ts";
import { decimalNumber } from "./numbers.ts";
import { openCluster, type Session, seedName, settingsOf } from "./session.ts";
import type { Teller } from "./teller.ts";
import { tellCheck } from "./tell-check.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** rebalance h:p [--cluster-weight ID=W…] [--cluster-use-empty-masters] [--cluster-threshold P] [--cluster-simulate] */
export async function rebalance(session: Session): Promise<boolean> {
  const { invocation, teller } = session;
  const threshold = decimalNumber("--cluster-threshold", invocation.settings.get("threshold") ?? "2");
  using cluster = await openCluster(session);
  const topology = await cluster.observe({ moving: true });
  tellCheck(topology, { teller, first: seedName(cluster), brief: true });
  const useEmpty = invocation.flags.has("use-empty");
  const given = readWeights(invocation.weights, topology);
  const weights = withoutIdle(given, { topology, useEmpty, teller });
  const plan = planRebalance({
    topology,
    wish: { weights, useEmpty, thresholdPercent: threshold },
    mover: settingsOf(invocation).mover,
  });
  if (plan.steps.length === 0) {
    teller.ok(`*** No rebalancing needed! All nodes are within the ${threshold.toFixed(2)}% threshold.`);
  } else tellScale(topology, { weights, useEmpty, teller });
  if (invocation.flags.has("simulate")) {
    tellMoves(plan, teller);
    return true;
  }
  await carryOutTold(plan, {
    session,
    cluster,
    words: {
      onStart: { "move-slots": (step) => teller.line(moveLine(step)) },
      onEnd: { "move-slots": ({ slots }) => teller.line("#".repeat(slots.size)) },
    },
  });
  return true;
}

function readWeights(entries: readonly string[], topology: Topology): Map<string, number> {
  return new Map(
    entries.map((entry) => {
      const split = entry.lastIndexOf("=");
      return [
        weighedId(entry.slice(0, split), topology),
        decimalNumber("--cluster-weight", entry.slice(split + 1)),
      ];
    }),
  );
}

/** redis-cli takes the first of several nodes whose ids begin so, which need not be the one that was meant. */
function weighedId(text: string, topology: Topology): string {
  const begins = topology.nodes.filter(({ id }) => text !== "" && id.startsWith(text.toLowerCase()));
  const node = begins.length === 1 ? begins[0] : namedNode(topology, text);
  if (node) return node.id;
  const { primary } = vocabularyOf(topology);
  throw new UsageError(
    begins.length > 1
      ? `*** ${text} is the beginning of ${begins.length} node IDs`
      : `*** No such ${primary} node ${text}`,
    { code: "unknown-node" },
  );
}

/** Nodes without slots take no part unless that is asked for, and then their weight says nothing. */
function withoutIdle(
  weights: ReadonlyMap<string, number>,
  { topology, useEmpty, teller }: { topology: Topology; useEmpty: boolean; teller: Teller },
): Map<string, number> {
  const isIdle = (id: string) =>
    topology.nodes.some(
      (node) => node.id === id && !ownsSlots(node) && !(useEmpty && node.role === "primary"),
    );
  for (const [id] of [...weights].filter(([id]) => isIdle(id))) {
    teller.warning(`*** WARNING: ${id} has no slots, so its weight is not used.`);
  }
  return new Map([...weights].filter(([id]) => !isIdle(id)));
}

function tellScale(
  topology: Topology,
  { weights, useEmpty, teller }: { weights: ReadonlyMap<string, number>; useEmpty: boolean; teller: Teller },
): void {
  const nodes = primariesOf(topology).filter((node) => node.view && (useEmpty || ownsSlots(node)));
  const total = nodes.reduce((sum, { id }) => sum + (weights.get(id) ?? 1), 0);
  teller.heading(`>>> Rebalancing across ${nodes.length} nodes. Total weight = ${total.toFixed(2)}`);
}

function tellMoves({ steps }: Plan, teller: Teller): void {
  for (const step of steps) {
    if (step.kind === "move-slots") teller.lines([moveLine(step), "#".repeat(step.slots.size)]);
  }
}

function moveLine({ slots, from, to }: StepOf<"move-slots">): string {
  return `Moving ${slots.size} slots from ${formatAddress(from.address)} to ${formatAddress(to.address)}`;
}
