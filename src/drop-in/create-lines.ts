import { nodeName } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import type { Plan, PlacementReach } from "../plan/plan.ts";
import { nodeLines } from "./node-lines.ts";
import { capital, plural, type Vocabulary } from "./vocabulary.ts";

/** Who gets which slots and follows whom. */
export function allocationLines(plan: Plan, words: Vocabulary): string[] {
  const { slotsOf, primaryOf, primaries, replicas } = layoutOf(plan);
  const nameOf = (id: string | undefined) => {
    const node = plan.basis.nodes.find((one) => one.id === id);
    return node ? nodeName(node) : "";
  };
  return [
    ...primaries.map(({ id }, index) => {
      const ranges = slotsOf.get(id)?.ranges ?? [];
      return `${capital(words.primary)}[${index}] -> Slots ${ranges[0]?.first} - ${ranges.at(-1)?.last}`;
    }),
    ...replicas.map((node) => `Adding replica ${nodeName(node)} to ${nameOf(primaryOf.get(node.id))}`),
  ];
}

/** The same once more node by node. */
export function memberLines(plan: Plan): string[] {
  const { slotsOf, primaryOf, primaries, replicas } = layoutOf(plan);
  return [...primaries, ...replicas].flatMap((node) =>
    nodeLines({
      id: node.id,
      address: nodeName(node),
      primaryId: primaryOf.get(node.id),
      slots: slotsOf.get(node.id) ?? SlotSet.empty,
      replicas: 0,
    }),
  );
}

/** Undefined where there are no replicas. */
export function placementLine({ notes }: Plan, { primary, replica }: Vocabulary): string | undefined {
  const note = notes.find(({ kind }) => kind === "placement");
  const lines: Readonly<Record<PlacementReach, string | undefined>> = {
    perfect: "[OK] Perfect anti-affinity obtained!",
    "siblings-share-a-host": `[WARNING] Some ${plural(replica)} of the same ${primary} are in the same host`,
    "replica-on-primary-host": `[WARNING] Some ${plural(replica)} are in the same host as their ${primary}`,
    "one-host": `[WARNING] Some ${plural(replica)} are in the same host as their ${primary}`,
    "no-replicas": undefined,
  };
  return note?.kind === "placement" ? lines[note.reached] : undefined;
}

/** As it will be: what the steps bring about, beside what an earlier run did already. */
function layoutOf({ basis, steps }: Plan) {
  const slotsOf = new Map(basis.nodes.map(({ id, slots }) => [id, slots]));
  const primaryOf = new Map(
    basis.nodes.flatMap(({ id, primaryId }) => (primaryId === undefined ? [] : [[id, primaryId]])),
  );
  for (const step of steps) {
    if (step.kind === "assign-slots") {
      slotsOf.set(step.node.id, (slotsOf.get(step.node.id) ?? SlotSet.empty).union(step.slots));
    }
    if (step.kind === "replicate") primaryOf.set(step.replica.id, step.primary.id);
  }
  const primaries = basis.nodes.filter(({ id }) => !primaryOf.has(id)).sort(byFirstSlot(slotsOf));
  const replicas = basis.nodes.filter(({ id }) => primaryOf.has(id));
  return { slotsOf, primaryOf, primaries, replicas };
}

function byFirstSlot(slotsOf: ReadonlyMap<string, SlotSet>) {
  const first = ({ id }: ClusterNode) => slotsOf.get(id)?.ranges[0]?.first ?? 0;
  return (a: ClusterNode, b: ClusterNode) => first(a) - first(b);
}
