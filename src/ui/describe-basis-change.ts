import { nodeName } from "../cluster/node-name.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { BasisChange, JudgedChange } from "../plan/basis-change.ts";

export interface DescribedChange {
  readonly kind: BasisChange["kind"];
  /** Whether the plan must not be carried out because of it. */
  readonly matters: boolean;
  /** A clause without a full stop. */
  readonly message: string;
  /** Addresses, or ids of nodes without one. */
  readonly nodes: readonly string[];
  readonly slots?: string;
}

/** What is not as it was when a plan was made, in words and for scripts. */
export function describeBasisChange(
  { change, matters }: JudgedChange,
  topologies: readonly Topology[],
): DescribedChange {
  const name = (id: string) => {
    const node = topologies.flatMap((topology) => nodeById(topology, id) ?? [])[0];
    return nodeName({ id, address: node?.address });
  };
  const nodes = idsIn(change).map(name);
  const slots = "slots" in change ? { slots: change.slots.toString() } : {};
  return { kind: change.kind, matters, message: changeText(change, name), nodes, ...slots };
}

function changeText(change: BasisChange, name: (id: string) => string): string {
  switch (change.kind) {
    case "slots-moved": {
      const was = change.wasId === undefined ? "had no owner" : `were at ${name(change.wasId)}`;
      const is = change.isId === undefined ? "have no owner" : `are at ${name(change.isId)}`;
      return `slots ${change.slots} ${was} and ${is} now`;
    }
    case "failed-over":
      return `${name(change.isId)} has taken over from ${name(change.wasId)}`;
    case "role":
      return `${name(change.nodeId)} was ${roleText(change.was, name)} and is ${roleText(change.is, name)} now`;
    case "gone":
      return `${name(change.nodeId)} is no member any more`;
    case "joined":
      return `${name(change.nodeId)} has joined`;
    case "unreached":
      return `${name(change.nodeId)} does not answer any more (${change.detail})`;
    case "back":
      return `${name(change.nodeId)} answers again`;
    case "replaced":
      return `another node, ${change.isId}, answers where ${change.nodeId} was`;
    case "setting":
      return `${name(change.nodeId)} had ${change.was} as its ${change.setting} and has ${change.is} now`;
    case "repair": {
      const was =
        change.wasId === undefined ? "were not to be repaired" : `were to go to ${name(change.wasId)}`;
      const is = change.isId === undefined ? "have no owner" : `would go to ${name(change.isId)}`;
      return `slots ${change.slots} ${was} and ${is} by what the nodes say and hold now`;
    }
    case "repair-of-node":
      return `${name(change.nodeId)} needs a repair that the plan does not know (${change.step})`;
    case "open":
      return `slots ${change.slots} are on their way from ${name(change.fromId)} to ${name(change.toId)}, which no step says`;
    case "epoch":
      return `the epoch of ${name(change.nodeId)} was ${change.was} and is ${change.is} now`;
  }
}

function roleText(primaryId: string | undefined, name: (id: string) => string): string {
  return primaryId === undefined ? "a primary" : `a replica of ${name(primaryId)}`;
}

function idsIn(change: BasisChange): string[] {
  switch (change.kind) {
    case "slots-moved":
    case "repair":
      return [change.wasId, change.isId].filter((id) => id !== undefined);
    case "failed-over":
      return [change.wasId, change.isId];
    case "open":
      return [change.fromId, change.toId];
    default:
      return [change.nodeId];
  }
}
