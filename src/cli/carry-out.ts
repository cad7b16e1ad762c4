import type { ApplyContext } from "../apply/apply-context.ts";
import { verifyGoals } from "../apply/verify-goals.ts";
import { formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import { NodeFailed, SlotctlError } from "../errors.ts";
import { awaitsAgreement } from "../plan/broken-before.ts";
import { leaversOf, type Plan } from "../plan/plan.ts";
import type { Survey } from "../plan/survey.ts";
import { type DescribedProblem, describeProblem } from "../ui/describe-problem.ts";
import { wrapText } from "../ui/fit-text.ts";
import { changeJson, nothingMoved } from "../ui/json-change.ts";
import { surveyJson } from "../ui/json-survey.ts";
import type { SoFar } from "../ui/progress-so-far.ts";
import { renderSurvey } from "../ui/render-survey.ts";
import { savedPlanNote, stoppingNote } from "../ui/run-notes.ts";
import type { ChangeSettings } from "./change-settings.ts";
import type { Cluster } from "./cluster.ts";
import { EXIT } from "./exit-codes.ts";
import { faultsBeside } from "./faults-of.ts";
import { listenForInterruption } from "./interruption.ts";
import type { Output } from "./output.ts";
import { PlanRun } from "./plan-run.ts";
import { problemsSince } from "./problems-since.ts";
import { refuseBesideOthers } from "./refuse-beside-others.ts";
import { rehearsePlan } from "./rehearse-plan.ts";
import { reportError } from "./report-error.ts";
import { type RunVoice, slotctlVoice } from "./run-voice.ts";
import { surveyMoves } from "./survey-moves.ts";
import { stoppedAtOnce, withProgress } from "./with-progress.ts";

export interface CarryOut {
  readonly cluster: Cluster;
  readonly output: Output;
  readonly settings: ChangeSettings;
  /** How much of the plan is shown: where nobody has to say yes to it, a summary does. */
  readonly show?: "plan" | "summary";
  /** Keeps values that give way to others; only a repair needs it. */
  readonly saveValue?: ApplyContext["saveValue"];
  /** Who tells of it, where slotctl speaks for another program. */
  readonly voice?: RunVoice;
  /** Stands in the document beside the plan and what became of it. */
  readonly alsoInData?: object;
  /**
   * The command that does what is left after a stop part way, for a command that would do more or less than that
   * if it were run again. Undefined stands for a cluster that could not be looked at.
   */
  readonly restAfter?: (after: Topology | undefined) => string;
}

/**
 * What all changing commands share once they have a plan: show it, ask, carry it out, and verify that what
 * the nodes report afterwards is what was wanted. A plan without steps is only waited for, if at all: that
 * there is nothing to do is only true once the nodes agree, for an earlier run may just have been killed.
 *
 * Returns what the nodes report afterwards, undefined where there was nothing to look at again for.
 */
export async function carryOut(plan: Plan, asked: CarryOut): Promise<Topology | undefined> {
  const { output, settings } = asked;
  const { voice = slotctlVoice({ output, settings, show: asked.show ?? "plan" }) } = asked;
  output.knownData = dataOf(plan, asked, { applied: 0, moved: nothingMoved });
  const isLeft = !settings.dryRun && (plan.steps.length > 0 || awaitsAgreement(plan));
  if (isLeft) await refuseBesideOthers(plan, asked.cluster);
  if (!isLeft || plan.steps.length > 0) voice.showPlan(plan);
  await rehearsePlan(plan, asked.cluster);
  const survey = await surveyIfAsked(plan, asked);
  const carrying = survey ? withSurvey(survey, asked) : asked;
  output.knownData = dataOf(plan, carrying, { applied: 0, moved: nothingMoved });
  if (!isLeft) {
    const faults = faultsBeside(plan, asked.cluster);
    output.knownData = dataOf(plan, carrying, { applied: 0, moved: nothingMoved }, faults);
    voice.warnOfFaults(faults, formatAddress(asked.cluster.seed));
    await keepPlan(plan, { carrying, survey, faults });
    output.succeed(output.knownData);
    return undefined;
  }
  if (plan.steps.length > 0) await voice.ask(plan, survey);
  using run = new PlanRun(plan, { ...carrying, view: await voice.makeProgress() });
  const after = await applyAndLook(run, { plan, carrying });
  if (plan.steps.length > 0) voice.showMoved({ ...run.soFar, seconds: run.seconds });
  else voice.showPlan(plan);
  judge(after, { plan, carrying, voice, soFar: run.soFar });
  output.succeed(output.knownData);
  return after;
}

/** Ends a run that only plans: the plan goes to its file, and the exit code says whether there is something to do. */
async function keepPlan(
  plan: Plan,
  {
    carrying,
    survey,
    faults,
  }: {
    readonly carrying: CarryOut;
    readonly survey: Survey | undefined;
    readonly faults: readonly DescribedProblem[];
  },
): Promise<void> {
  const { output, settings } = carrying;
  const { out, exitCode, asked } = settings.planOnly ?? {};
  if (out !== undefined && asked) {
    const { savePlan } = await import("./save-plan.ts");
    await savePlan(plan, { out, asked, settings, survey, output });
    const data = dataOf(plan, carrying, { applied: 0, moved: nothingMoved }, faults);
    output.knownData = { ...data, savedTo: out };
    output.print(wrapText(savedPlanNote(out, { hasSteps: plan.steps.length > 0 }), output.stdout.columns));
  }
  if (exitCode && plan.steps.length > 0) process.exitCode = EXIT.problemsFound;
}

/** What is to travel is found out before the question is asked, for the answer may depend on it. */
async function surveyIfAsked(
  plan: Plan,
  { cluster, output, settings }: CarryOut,
): Promise<Survey | undefined> {
  if (!settings.survey || !plan.steps.some(({ kind }) => kind === "move-slots")) return undefined;
  const isTold = settings.progress === "auto" || settings.progress === "plain";
  const tell = (line: string) => output.say(isTold ? [line] : []);
  const survey = await surveyMoves(plan, { clients: cluster.clients, tell });
  output.print(renderSurvey(survey, output.stdout));
  return survey;
}

function withSurvey(survey: Survey, asked: CarryOut): CarryOut {
  return { ...asked, alsoInData: { ...asked.alsoInData, survey: surveyJson(survey) } };
}

/** Carries the plan out and looks at all nodes again. Who asks it to stop is heard until that is over. */
async function applyAndLook(
  run: PlanRun,
  { plan, carrying }: { plan: Plan; carrying: CarryOut },
): Promise<Topology> {
  const { cluster, output } = carrying;
  let isApplied = false;
  using interruption = listenForInterruption({
    onFirst: () => output.say(wrapText(stoppingNote({ isApplied }), output.stderr.columns)),
    onSecond: () => {
      run[Symbol.dispose]();
      output.knownData = dataOf(plan, carrying, run.soFar);
      const rest = isApplied ? undefined : carrying.restAfter?.(undefined);
      reportError(stoppedAtOnce({ plan, soFar: run.soFar, isApplied, rest }), output);
    },
  });
  try {
    await run.apply(interruption.signal);
    isApplied = true;
    output.knownData = dataOf(plan, carrying, run.soFar);
    // What was set is read back.
    const settings = plan.steps.some(({ kind }) => kind === "set-config");
    return await cluster.observeAgain(plan.basis, { goneIds: leaversOf(plan), wishes: { settings } });
  } catch (error) {
    output.knownData = dataOf(plan, carrying, run.soFar);
    throw withProgress(error, {
      plan,
      soFar: run.soFar,
      rest: run.hasBegun ? await restOf(plan, carrying) : undefined,
    });
  }
}

/** Looks at what has arrived; where that fails too, what went wrong first is the news. */
async function restOf(plan: Plan, { cluster, restAfter }: CarryOut): Promise<string | undefined> {
  if (!restAfter) return undefined;
  try {
    return restAfter(await cluster.observeAgain(plan.basis, { goneIds: leaversOf(plan) }));
  } catch (error) {
    if (error instanceof SlotctlError) return restAfter(undefined);
    throw error;
  }
}

/**
 * Holds the cluster as it is now against what was wanted and what it was before.
 *
 * @throws NodeFailed when a goal is missed, or for errors that were not there before.
 */
function judge(
  after: Topology,
  { plan, carrying, voice, soFar }: { plan: Plan; carrying: CarryOut; voice: RunVoice; soFar: SoFar },
): void {
  const { cluster, output } = carrying;
  const seed = formatAddress(cluster.seed);
  const { errors, fresh } = problemsSince(plan.basis, after);
  const problems = errors.map((problem) => describeProblem(problem, { seed, topology: after }));
  output.knownData = dataOf(plan, carrying, soFar, problems);
  if (problems.length > 0) voice.showProblems(problems);
  verifyGoals(plan, after);
  if (fresh.length === 0) return;
  const codes = [...new Set(fresh.map(({ code }) => code))].join(", ");
  throw new NodeFailed(
    `All steps are done, but now the cluster has errors that it did not have before: ${codes}.`,
    {
      code: "problems-afterwards",
      hint: `All that is wrong, and what to do about it: slotctl check ${seed}`,
    },
  );
}

function dataOf(
  plan: Plan,
  { alsoInData = {} }: CarryOut,
  soFar: SoFar,
  problems: readonly DescribedProblem[] = [],
): object {
  return { ...changeJson({ plan, ...soFar, problems }), ...alsoInData };
}
