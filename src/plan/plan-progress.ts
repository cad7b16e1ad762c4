import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Step, StepOf } from "./step.ts";
import { type Mark, ownersIn, placeOn, roleIn, type Trails } from "./trails.ts";

/**
 * How far slots and nodes have come on the way that a plan sends them, judged by what the nodes report now. Where one
 * travels several times, the furthest place that has its owner or its role counts.
 *
 * But for takeovers: a primary that gives its slots away, becomes a replica of who gets them and then takes over is a
 * primary twice, and has slots and replicas twice that it had. The second time only counts if it has slots that it never
 * had before.
 */
export class PlanProgress {
  readonly #steps: readonly Step[];
  readonly #trails: Trails;
  readonly #now: Topology;
  readonly #owners: readonly (string | undefined)[];
  readonly #takenOver = new Map<number, boolean>();

  constructor(steps: readonly Step[], { trails, now }: { readonly trails: Trails; readonly now: Topology }) {
    this.#steps = steps;
    this.#trails = trails;
    this.#now = now;
    this.#owners = ownersIn(now);
  }

  /** The place of the step that gave the slot to its owner; -1 for the one it began with, or one that no step gave it to. */
  placeOfSlot(slot: number): number {
    return this.#furthest(this.#trails.ownersOf(slot), this.#owners[slot]);
  }

  placeOfRole(id: string): number {
    const role = roleIn(this.#now, id);
    return role ? this.#furthest(this.#trails.rolesOf(id), role.primaryId) : -1;
  }

  #furthest<Value>(trail: readonly Mark<Value>[], value: Value): number {
    const places = trail.filter(({ values }) => values.includes(value)).map(({ at }) => at);
    return places.findLast((at) => at === places[0] || this.#mayBeAt(at)) ?? -1;
  }

  /** A step that gives slots or a role that were there before needs the takeover that it is, or that made its primary one. */
  #mayBeAt(at: number): boolean {
    const step = this.#steps[at];
    if (step?.kind === "failover") return this.#isTakenOver(at, step);
    if (step?.kind !== "replicate") return true;
    const takeovers = this.#steps.slice(0, at);
    const madePrimary = takeovers.findLastIndex(
      (other) => other.kind === "failover" && other.replica.id === step.primary.id,
    );
    return madePrimary === -1 || this.#mayBeAt(madePrimary);
  }

  #isTakenOver(at: number, step: StepOf<"failover">): boolean {
    const known = this.#takenOver.get(at) ?? this.#hasNewSlots(step.replica.id, at);
    this.#takenOver.set(at, known);
    return known;
  }

  /** Some of them have come to the node by this step, or further. */
  #hasNewSlots(id: string, at: number): boolean {
    let isGivenAny = false;
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const trail = this.#trails.ownersOf(slot);
      if (trail.find(({ values }) => values.includes(id))?.at !== at) continue;
      if ((placeOn(trail, this.#owners[slot]) ?? -1) >= at) return true;
      isGivenAny = true;
    }
    return !isGivenAny;
  }
}
