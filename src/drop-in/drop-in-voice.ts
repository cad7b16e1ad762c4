import type { RunVoice } from "../cli/run-voice.ts";
import { Refused } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { Step, StepKind, StepOf } from "../plan/step.ts";
import type { Teller } from "./teller.ts";

/** What a subcommand says in its own words of a run; where it says nothing, nothing is said. */
export interface Words {
  readonly showPlan?: (plan: Plan) => void;
  /** Asked before anything is changed; without it nobody is asked. */
  readonly question?: string;
  readonly isSure?: boolean;
  /** Said when the first step of a kind begins. */
  readonly headings?: Readonly<Partial<Record<StepKind, readonly string[]>>>;
  readonly onStart?: OnStep;
  readonly onEnd?: OnStep;
}

type OnStep = { readonly [Kind in StepKind]?: (step: StepOf<Kind>) => void };

/** Tells of a run on stdout as redis-cli does: stderr stays empty while all goes well. */
export function dropInVoice(teller: Teller, words: Words): RunVoice {
  const begun = new Set<StepKind>();
  const onEvent = (event: RunEvent) => {
    if (event.event === "warning") teller.warning(`*** WARNING: ${event.message}`);
    if (event.event === "step-end") tellStep(words.onEnd, event.step);
    if (event.event !== "step-start") return;
    if (!begun.has(event.step.kind)) {
      for (const heading of words.headings?.[event.step.kind] ?? []) teller.heading(heading);
    }
    begun.add(event.step.kind);
    tellStep(words.onStart, event.step);
  };
  return {
    showPlan: (plan) => words.showPlan?.(plan),
    ask: async () => {
      if (words.question === undefined || words.isSure) return;
      if (!(await teller.confirm(words.question))) throw answeredNo();
    },
    makeProgress: () => Promise.resolve({ onEvent, close: () => {} }),
    showMoved: () => {},
    // redis-cli checks before it plans, and so do the subcommands: all is said by then.
    warnOfFaults: () => {},
    showProblems: (problems) => teller.lines(problems.map(({ message }) => `[WARNING] ${message}`)),
  };
}

function tellStep<Kind extends StepKind>(onStep: OnStep | undefined, step: Step & { kind: Kind }): void {
  const tell = onStep?.[step.kind] as ((step: Step) => void) | undefined;
  tell?.(step);
}

/** redis-cli's `create` ends with 0 then, as if it had done it. */
export function answeredNo(): Refused {
  return new Refused("Nothing was changed: the answer was not yes.", { code: "answered-no" });
}
