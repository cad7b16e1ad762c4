import { SLOT_COUNT, type SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Step, StepOf } from "./step.ts";

/** What something is from a step on: the step's place in the plan, -1 for what the plan was made on. */
export interface Mark<Value> {
  readonly at: number;
  /** The last one is what the plan makes of it; the others may be what a server makes of it by itself. */
  readonly values: readonly Value[];
}

/** A node's primary; undefined for a primary. */
export type RoleValue = string | undefined;

/**
 * What a plan makes of a cluster, step by step: the owner of each slot, the role of each node, who is a member. Held
 * against what the nodes report now, it tells how far a plan has come, and what somebody else has changed.
 */
export class Trails {
  readonly #owners: Mark<string | undefined>[][];
  readonly #roles = new Map<string, Mark<RoleValue>[]>();
  readonly #members = new Map<string, Mark<boolean>[]>();
  /** How many slots a node has once the steps so far are done. */
  readonly #counts = new Map<string, number>();
  /** Whom a node has given slots to so far. */
  readonly #takers = new Map<string, Set<string>>();

  constructor({ basis, steps }: { readonly basis: Topology; readonly steps: readonly Step[] }) {
    const owners = ownersIn(basis);
    this.#owners = owners.map((id) => [{ at: -1, values: [id] }]);
    for (const { id, slots, primaryId } of basis.nodes) {
      this.#counts.set(id, slots.size);
      this.#roles.set(id, [{ at: -1, values: [primaryId] }]);
      this.#members.set(id, [{ at: -1, values: [true] }]);
    }
    for (const [at, step] of steps.entries()) this.#take(step, at);
  }

  /** Where the owner of a slot has been, the basis first. */
  ownersOf(slot: number): readonly Mark<string | undefined>[] {
    return this.#owners[slot] ?? [];
  }

  rolesOf(id: string): readonly Mark<RoleValue>[] {
    return this.#roles.get(id) ?? [];
  }

  membershipOf(id: string): readonly Mark<boolean>[] {
    return this.#members.get(id) ?? [];
  }

  #take(step: Step, at: number): void {
    switch (step.kind) {
      case "assign-slots":
        return this.#own(step.slots, step.node.id, at);
      case "move-slots":
        return this.#own(step.slots, step.to.id, at);
      case "settle-slot":
      case "claim-slots":
        return this.#own(step.slots, step.owner.id, at);
      case "failover":
        return this.#failOver(step, at);
      case "replicate":
        return mark(this.#roles, step.replica.id, { at, values: [step.primary.id] });
      case "reset":
        return mark(this.#roles, step.node.id, { at, values: [undefined] });
      case "forget":
        return mark(this.#members, step.node.id, { at, values: [false] });
      case "meet":
        for (const { id } of [step.node, ...step.peers]) {
          if (lastOf(this.membershipOf(id)) !== true) mark(this.#members, id, { at, values: [true] });
        }
        return;
      case "set-epoch":
      case "await-ok":
      case "gather-keys":
      case "renew-id":
      case "load-functions":
      case "set-config":
    }
  }

  #own(slots: Iterable<number>, id: string, at: number): void {
    const givers = new Set<string>();
    for (const slot of slots) {
      const trail = this.#owners[slot] ?? [];
      const before = lastOf(trail);
      if (before === id) continue;
      if (before !== undefined) {
        this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
        givers.add(before);
      }
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
      trail.push({ at, values: [id] });
    }
    for (const giver of givers) {
      this.#takers.set(giver, (this.#takers.get(giver) ?? new Set()).add(id));
      if (this.#counts.get(giver) === 0) this.#emptied(giver, at);
    }
  }

  /**
   * The server may make a primary that has given its last slot away a replica of the new owner, its replicas too. Moves
   * go side by side: whoever gets slots of it may be the last.
   */
  #emptied(giver: string, at: number): void {
    const takers = this.#takers.get(giver) ?? [];
    for (const [id, trail] of this.#roles) {
      const role = lastOf(trail);
      if (id === giver || role === giver) trail.push({ at, values: [...takers, role] });
    }
  }

  /** The other replicas follow by themselves, a moment later. */
  #failOver({ replica: { id: replica }, primaryId: primary, mode }: StepOf<"failover">, at: number): void {
    const slots = this.#owners.flatMap((trail, slot) => (lastOf(trail) === primary ? [slot] : []));
    mark(this.#roles, replica, { at, values: [undefined] });
    // A dead one hears of it when it is back.
    mark(this.#roles, primary, { at, values: mode === "graceful" ? [replica] : [undefined, replica] });
    for (const [id, trail] of this.#roles) {
      if (lastOf(trail) === primary && id !== replica) trail.push({ at, values: [primary, replica] });
    }
    for (const slot of slots) this.#owners[slot]?.push({ at, values: [replica] });
    this.#counts.set(replica, (this.#counts.get(replica) ?? 0) + slots.length);
    this.#counts.set(primary, 0);
  }
}

/** The place of the last mark with this value; undefined where it was never that. */
export function placeOn<Value>(trail: readonly Mark<Value>[], value: Value): number | undefined {
  return trail.findLast(({ values }) => values.includes(value))?.at;
}

/** What the plan makes of it in the end. */
export function lastOf<Value>(trail: readonly Mark<Value>[]): Value | undefined {
  return trail.at(-1)?.values.at(-1);
}

/** Who owns each slot, by its number. */
export function ownersIn(topology: Topology): (string | undefined)[] {
  const owners = new Array<string | undefined>(SLOT_COUNT).fill(undefined);
  for (const { id, slots } of topology.nodes) {
    for (const { first, last } of slots.ranges) owners.fill(id, first, last + 1);
  }
  return owners;
}

/** Undefined for a node that the topology does not know. */
export function roleIn(
  topology: Topology,
  id: string,
): { readonly primaryId: string | undefined } | undefined {
  const node = nodeById(topology, id);
  return node && { primaryId: node.view?.self.primaryId ?? node.primaryId };
}

/** The slots of a step that gives slots to somebody, and to whom. */
export function ownershipIn(step: Step): { readonly slots: SlotSet; readonly ownerId: string } | undefined {
  switch (step.kind) {
    case "assign-slots":
      return { slots: step.slots, ownerId: step.node.id };
    case "move-slots":
      return { slots: step.slots, ownerId: step.to.id };
    case "settle-slot":
    case "claim-slots":
      return { slots: step.slots, ownerId: step.owner.id };
    default:
      return undefined;
  }
}

function mark<Value>(trails: Map<string, Mark<Value>[]>, id: string, added: Mark<Value>): void {
  const trail = trails.get(id);
  if (trail) trail.push(added);
  else trails.set(id, [added]);
}
