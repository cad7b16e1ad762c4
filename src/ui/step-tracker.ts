import type { RunEvent } from "../plan/run-event.ts";
import { stagesOf } from "../plan/stages-of.ts";
import type { StepKind } from "../plan/step.ts";
import { stageCount } from "./stage-count.ts";

/** A stage, which is neighbouring steps of one kind, has begun, or all of it is done. */
type StageMoment =
  | { readonly moment: "begin"; readonly kind: StepKind; readonly count: number }
  | { readonly moment: "end"; readonly kind: StepKind; readonly count: number; readonly seconds: number };

/** Follows events and tells when a stage begins and ends: people think in those, not in steps. */
export interface StepTracker {
  follow(event: RunEvent): StageMoment | undefined;
}

interface TrackedStage {
  readonly kind: StepKind;
  readonly firstIndex: number;
  readonly steps: number;
  /** For the words about it: of whatever it is about. */
  readonly count: number;
  readonly ended: Set<number>;
  beganAtMs: number | undefined;
}

export function makeStepTracker(nowMs: () => number): StepTracker {
  let stages: TrackedStage[] = [];
  const stageAt = (index: number) =>
    stages.find((stage) => index >= stage.firstIndex && index < stage.firstIndex + stage.steps);

  const begin = (stage: TrackedStage): StageMoment | undefined => {
    if (stage.beganAtMs !== undefined) return undefined;
    stage.beganAtMs = nowMs();
    return { moment: "begin", kind: stage.kind, count: stage.count };
  };

  const end = (stage: TrackedStage, index: number): StageMoment | undefined => {
    stage.ended.add(index);
    if (stage.ended.size !== stage.steps) return undefined;
    const seconds = (nowMs() - (stage.beganAtMs ?? nowMs())) / 1000;
    return { moment: "end", kind: stage.kind, count: stage.count, seconds };
  };

  return {
    follow: (event) => {
      if (event.event === "plan") {
        stages = stagesOf(event.plan.steps).map(({ kind, firstIndex, steps }) => ({
          kind,
          firstIndex,
          steps: steps.length,
          count: stageCount({ kind, steps }),
          ended: new Set(),
          beganAtMs: undefined,
        }));
        return undefined;
      }
      if (event.event !== "step-start" && event.event !== "step-end") return undefined;
      const stage = stageAt(event.index);
      if (!stage) return undefined;
      return event.event === "step-start" ? begin(stage) : end(stage, event.index);
    },
  };
}
