import type { ApplyContext } from "../apply/apply-context.ts";
import { applyPlan } from "../apply/apply-plan.ts";
import { MoveTally } from "../apply/move-tally.ts";
import { Bug } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { SoFar } from "../ui/progress-so-far.ts";
import type { ProgressView } from "../ui/progress-view.ts";
import { lookAtAll } from "../wire/look-at-all.ts";
import type { ChangeSettings } from "./change-settings.ts";
import type { Cluster } from "./cluster.ts";
import { nodesWithMovingSlots } from "./refuse-beside-others.ts";
import { STEADY_CLOCK } from "./steady-clock.ts";

interface Running {
  readonly cluster: Cluster;
  readonly settings: ChangeSettings;
  /** Keeps values that give way to others; only a repair needs it. */
  readonly saveValue?: ApplyContext["saveValue"];
  readonly view: ProgressView;
}

/** Carries a plan out and tells the view of it. How far it has come is known at any time. */
export class PlanRun implements Disposable {
  readonly #plan: Plan;
  readonly #running: Running;
  readonly #view: ProgressView;
  readonly #clock = STEADY_CLOCK;
  readonly #tally = new MoveTally(this.#clock, (event) => this.#emit(event));
  #applied = 0;
  #hasBegun = false;
  #seconds = 0;

  constructor(plan: Plan, running: Running) {
    this.#plan = plan;
    this.#running = running;
    this.#view = running.view;
  }

  /**
   * @param signal asks it to stop at the next safe point.
   * @throws what went wrong, or Stopped.
   */
  async apply(signal: AbortSignal): Promise<void> {
    const startMs = Date.now();
    try {
      await this.#applyAlone(signal);
    } finally {
      this.#view.close();
      this.#seconds = (Date.now() - startMs) / 1000;
    }
  }

  async #applyAlone(signal: AbortSignal): Promise<void> {
    const held = await this.#running.cluster.hold(nodesWithMovingSlots(this.#plan));
    try {
      this.#emit({ event: "plan", plan: this.#plan });
      await applyPlan(this.#context(signal), this.#plan);
    } finally {
      held[Symbol.dispose]();
    }
  }

  get soFar(): SoFar {
    return { applied: this.#applied, moved: this.#tally.moved };
  }

  /** Whether a step was begun: before that nothing can have changed. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** How long it took. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Leaves the terminal as it was found. */
  [Symbol.dispose](): void {
    this.#view.close();
  }

  #emit(event: RunEvent): void {
    if (event.event === "step-start") this.#hasBegun = true;
    if (event.event === "step-end") this.#applied += 1;
    this.#view.onEvent(event);
  }

  #context(signal: AbortSignal): ApplyContext {
    const { clients } = this.#running.cluster;
    const { waitMs, mover, pairsAtOnceMax, maxLatencyMs, keysPerSecondMax, replace } = this.#running.settings;
    return {
      clients,
      lookAt: (addresses) => lookAtAll(clients, addresses),
      emit: (event) => this.#emit(event),
      signal,
      clock: this.#clock,
      waitMs,
      moving: {
        pairsAtOnceMax,
        maxLatencyMs,
        keysPerSecondMax,
        mayFallBack: mover === "auto",
        replace,
      },
      tally: this.#tally,
      saveValue: this.#running.saveValue ?? nowhereToSave,
    };
  }
}

function nowhereToSave(): Promise<void> {
  throw new Bug("a value was to give way to another one, and nobody said where it is to be saved");
}
