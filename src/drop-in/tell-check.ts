import { findProblems } from "../cluster/find-problems.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { Problem, ProblemCode } from "../cluster/problem.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { isGhost, nodeById, reachedNodes, type Topology, whyUnreached } from "../cluster/topology.ts";
import { describeProblem } from "../ui/describe-problem.ts";
import { inListOrder, listedNode, nodeLines } from "./node-lines.ts";
import { notConnectedLine } from "./tell-failure.ts";
import type { Teller } from "./teller.ts";
import { vocabularyOf } from "./vocabulary.ts";

interface Checking {
  readonly teller: Teller;
  /** host:port of the node that was asked first. */
  readonly first: string;
  /** Without the list of nodes. */
  readonly brief?: boolean;
  /** Nodes that do not answer are told of, and are no fault: they were given up. */
  readonly unreachedOk?: boolean;
  /** Also who else holds keys of a slot; the topology was observed deeply then. */
  readonly searchOwners?: boolean;
}

/**
 * Tells what redis-cli's check tells, in its order, and besides which nodes and slots it is about.
 *
 * Returns whether all is well: redis-cli counts no node that does not answer, if it is a replica.
 */
export function tellCheck(topology: Topology, checking: Checking): boolean {
  const { teller, first, brief = false, searchOwners = false, unreachedOk = false } = checking;
  teller.heading(`>>> Performing Cluster Check (using node ${first})`);
  if (!brief) {
    for (const node of inListOrder(topology, first)) teller.lines(nodeLines(listedNode(node, topology)));
  }
  const problems = findProblems(topology);
  const verdicts = [
    tellUnreached(topology, teller) || unreachedOk,
    tellAgreement(problems, { topology, teller, first }),
    tellOpenSlots(topology, teller),
    tellCoverage(problems, teller),
    searchOwners || problems.some(({ code }) => code === "slots-with-several-owners")
      ? tellOwners(topology, teller)
      : true,
  ];
  return verdicts.every(Boolean);
}

/** Tells which nodes do not answer; returns whether all do. */
export function tellUnreached(topology: Topology, teller: Teller): boolean {
  const missing = topology.nodes.filter((node) => !node.view && !isGhost(node));
  const { server } = vocabularyOf(topology);
  for (const node of missing) {
    teller.error(`[ERR] ${notConnectedLine(nodeName(node), whyUnreached(node), server)}`);
  }
  return missing.length === 0;
}

function tellAgreement(
  problems: readonly Problem[],
  { topology, teller, first }: { topology: Topology; teller: Teller; first: string },
): boolean {
  const quarrels = problems.filter(({ code }) => code === "views-disagree-on-slots");
  if (quarrels.length === 0) {
    teller.ok("[OK] All nodes agree about slots configuration.");
    return true;
  }
  teller.error("[ERR] Nodes don't agree about configuration!");
  for (const quarrel of quarrels) {
    teller.line(`    ${describeProblem(quarrel, { seed: first, topology }).message}`);
  }
  return false;
}

/** A replica of Valkey 8 has the open slots of its primary too, and those of a replica are nobody's. */
function tellOpenSlots(topology: Topology, teller: Teller): boolean {
  teller.heading(">>> Check for open slots...");
  let open = SlotSet.empty;
  for (const { view, role, ...node } of reachedNodes(topology)) {
    for (const direction of ["migrating", "importing"] as const) {
      const own = role === "primary" ? (view?.self.openSlots ?? []) : [];
      const slots = SlotSet.of(own.filter((slot) => slot.direction === direction).map(({ slot }) => slot));
      if (slots.size === 0) continue;
      open = open.union(slots);
      teller.warning(
        `[WARNING] Node ${nodeName(node)} has slots in ${direction} state ${[...slots].join(",")}.`,
      );
    }
  }
  if (open.size > 0) teller.warning(`[WARNING] The following slots are open: ${[...open].join(",")}.`);
  return open.size === 0;
}

const UNCOVERED: readonly ProblemCode[] = ["slots-uncovered", "slots-unserved"];

function tellCoverage(problems: readonly Problem[], teller: Teller): boolean {
  teller.heading(">>> Check slots coverage...");
  const missing = problems.flatMap(({ code, slots }) => (UNCOVERED.includes(code) && slots ? [slots] : []));
  if (missing.length === 0) {
    teller.ok("[OK] All 16384 slots covered.");
    return true;
  }
  teller.error("[ERR] Not all 16384 slots are covered by nodes.");
  const all = missing.reduce((sum, slots) => sum.union(slots), SlotSet.empty);
  teller.line(`    Missing: ${all}`);
  return false;
}

/** Who owns a slot in its own word, and who holds keys of it without. */
function tellOwners(topology: Topology, teller: Teller): boolean {
  teller.heading(">>> Check for multiple slot owners...");
  const ownersOf = new Map<number, string[]>();
  const add = (slot: number, id: string) => ownersOf.set(slot, [...(ownersOf.get(slot) ?? []), id]);
  for (const { id, role, view } of reachedNodes(topology)) {
    if (role !== "primary" || !view) continue;
    for (const slot of view.self.slots) add(slot, id);
    for (const [slot, keys] of view.strayKeys ?? []) if (keys > 0) add(slot, id);
  }
  const contested = [...ownersOf].filter(([, ids]) => ids.length > 1).sort(([a], [b]) => a - b);
  for (const [slot, ids] of contested) {
    teller.warning(`[WARNING] Slot ${slot} has ${ids.length} owners:`);
    for (const id of ids) {
      const node = nodeById(topology, id);
      if (node) teller.line(`    ${nodeName(node)}`);
    }
  }
  if (contested.length === 0) teller.ok("[OK] No multiple owners found.");
  return contested.length === 0;
}
