import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { applyPlan } from "../../src/apply/apply-plan.ts";
import { MoveTally } from "../../src/apply/move-tally.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { RunEvent } from "../../src/plan/run-event.ts";
import { lookAtAll } from "../../src/wire/look-at-all.ts";
import type { SimCluster } from "./sim-cluster.ts";

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly waitMs?: number;
  readonly replace?: boolean;
  readonly saveValue?: ApplyContext["saveValue"];
  readonly emit?: (event: RunEvent) => void;
}

/** Carries a plan out on the simulated cluster, as the command does on a real one. */
export async function carryOut(cluster: SimCluster, plan: Plan, options: RunOptions = {}): Promise<void> {
  const { clients, clock } = cluster;
  const { emit = () => undefined } = options;
  const context: ApplyContext = {
    clients,
    lookAt: (addresses) => lookAtAll(clients, addresses),
    emit,
    signal: options.signal ?? new AbortController().signal,
    clock,
    waitMs: options.waitMs ?? 60_000,
    moving: {
      pairsAtOnceMax: 16,
      maxLatencyMs: 0,
      keysPerSecondMax: undefined,
      mayFallBack: false,
      replace: options.replace ?? false,
    },
    tally: new MoveTally(clock, emit),
    saveValue: options.saveValue ?? (() => Promise.reject(new Error("no value was to give way"))),
  };
  await applyPlan(context, plan);
}
