import type { Plan } from "../plan/plan.ts";
import type { Survey } from "../plan/survey.ts";
import type { DescribedProblem } from "../ui/describe-problem.ts";
import { makeProgressView } from "../ui/make-progress-view.ts";
import type { SoFar } from "../ui/progress-so-far.ts";
import type { ProgressView } from "../ui/progress-view.ts";
import { renderMoved } from "../ui/render-moved.ts";
import { renderPlan, renderPlanInShort } from "../ui/render-plan.ts";
import { renderFaultsNote, renderProblems } from "../ui/render-problems.ts";
import { renderSurvey } from "../ui/render-survey.ts";
import { carryOutQuestion } from "../ui/run-notes.ts";
import type { ChangeSettings } from "./change-settings.ts";
import { confirm } from "./confirm.ts";
import type { Output } from "./output.ts";
import { progressOptions } from "./progress-options.ts";

/** In whose words a plan is shown, asked about and told of while it is carried out. */
export interface RunVoice {
  showPlan(plan: Plan): void;
  /** @throws Refused when the answer is no, or there is nobody to ask. */
  ask(plan: Plan, survey: Survey | undefined): Promise<void>;
  makeProgress(): Promise<ProgressView>;
  showMoved(moved: SoFar & { readonly seconds: number }): void;
  showProblems(problems: readonly DescribedProblem[]): void;
  /** Beside a plan that is not carried out, or has no steps: what is wrong with the cluster, and stays so. */
  warnOfFaults(faults: readonly DescribedProblem[], seed: string): void;
}

/** Our own words. */
export function slotctlVoice({
  output,
  settings,
  show,
}: {
  readonly output: Output;
  readonly settings: ChangeSettings;
  readonly show: "plan" | "summary";
}): RunVoice {
  const render = show === "summary" ? renderPlanInShort : renderPlan;
  return {
    showPlan: (plan) => output.print(render(plan, output.stdout)),
    ask: async (plan, survey) => {
      if (settings.yes) return;
      // The document on stdout comes at the end: what is asked about must be seen before.
      if (output.json) {
        output.say([
          ...renderPlan(plan, output.stderr),
          ...(survey ? renderSurvey(survey, output.stderr) : []),
        ]);
      }
      await confirm(carryOutQuestion(plan.steps.length));
    },
    makeProgress: () => makeProgressView(progressOptions(settings.progress, output)),
    showMoved: (moved) => output.print(renderMoved(moved, output.stdout)),
    showProblems: (problems) => output.print(renderProblems(problems, output.stdout)),
    warnOfFaults: (faults, seed) => output.print(renderFaultsNote(faults, { seed, ...output.stdout })),
  };
}
