import { type ImportOutcome, importKeys } from "../apply/import-keys.ts";
import { formatAddress } from "../cluster/address.ts";
import { ownersOf, type Topology } from "../cluster/topology.ts";
import { isOperational } from "../errors.ts";
import { type ImportPlan, type ImportWish } from "../plan/import.ts";
import { planImport } from "../plan/plan-import.ts";
import { importSummary } from "../ui/import-wordings.ts";
import { type ImportFacts, importJson, type ImportProblem, NOT_IMPORTED } from "../ui/json-import.ts";
import { type ImportProgressView, makeImportProgress } from "../ui/make-import-progress.ts";
import type { ProgressStyle } from "../ui/progress-view.ts";
import { renderImported, renderImportPlan } from "../ui/render-import.ts";
import { warningLine } from "../ui/event-lines.ts";
import { eachNode } from "../wire/each-node.ts";
import type { Cluster } from "./cluster.ts";
import { confirm } from "./confirm.ts";
import { EXIT } from "./exit-codes.ts";
import { importFailure, stoppedImportAtOnce } from "./import-failure.ts";
import type { ImportSources } from "./import-sources.ts";
import { listenForInterruption } from "./interruption.ts";
import type { Output } from "./output.ts";
import { progressOptions } from "./progress-options.ts";
import { reportError } from "./report-error.ts";
import { STEADY_CLOCK } from "./steady-clock.ts";

export interface CarryOutImport {
  readonly cluster: Cluster;
  readonly sources: ImportSources;
  readonly output: Output;
  readonly settings: ImportSettings;
  /** Who tells of it, where slotctl speaks for another program. */
  readonly voice?: ImportVoice;
}

export interface ImportSettings {
  readonly dryRun: boolean;
  /** A dry run exits with 3 when there is something to do. */
  readonly exitCode: boolean;
  readonly yes: boolean;
  readonly progress: ProgressStyle;
  readonly waitMs: number;
  readonly sourcesAtOnceMax: number;
  readonly keysPerSecondMax: number | undefined;
}

export interface ImportVoice {
  showPlan(plan: ImportPlan): void;
  /** @throws Refused when the answer is no, or there is nobody to ask. */
  ask(plan: ImportPlan): Promise<void>;
  makeProgress(): Promise<ImportProgressView>;
  showImported(plan: ImportPlan, outcome: ImportOutcome): void;
}

/** Looks at the nodes of the cluster as the sources want them to be, and decides. */
export async function planImportInto(
  cluster: Cluster,
  {
    topology,
    sources,
    wish,
  }: { readonly topology: Topology; readonly sources: ImportSources; readonly wish: ImportWish },
): Promise<ImportPlan> {
  const versions = [...new Set(sources.views.flatMap(({ payloadVersion }) => payloadVersion ?? []))];
  const targets = await eachNode(
    ownersOf(topology).flatMap(({ id, view, slots }) => {
      const slot = slots.ranges[0]?.first;
      return view && slot !== undefined ? [{ id, address: view.address, slot }] : [];
    }),
    (target) => cluster.lookAtImportTarget(target, versions),
  );
  return planImport({ topology, sources: sources.views, targets, wish });
}

/** Shows a plan, asks, carries it out, and holds what came of it against what was wanted. */
export async function carryOutImport(plan: ImportPlan, asked: CarryOutImport): Promise<void> {
  const { output, settings } = asked;
  const voice = asked.voice ?? ownVoice(asked);
  output.knownData = importJson(plan, NOT_IMPORTED);
  voice.showPlan(plan);
  if (settings.dryRun || plan.steps.length === 0) {
    output.succeed(output.knownData);
    if (settings.exitCode && plan.steps.length > 0) process.exitCode = EXIT.problemsFound;
    return;
  }
  await voice.ask(plan);
  const outcome = await runAlone(plan, { asked, voice });
  const facts = factsOf(outcome, await problemsAfter(plan, outcome, asked));
  output.knownData = importJson(plan, facts);
  warn(facts.problems, output);
  const failure = importFailure(plan, outcome, facts);
  if (failure) throw failure;
  voice.showImported(plan, outcome);
  output.succeed(output.knownData);
}

interface Run {
  readonly asked: CarryOutImport;
  readonly voice: ImportVoice;
}

/** What a copy reads is left where it is: nobody is in its way. */
async function runAlone(plan: ImportPlan, running: Run): Promise<ImportOutcome> {
  const held = plan.wish.copy ? undefined : await running.asked.sources.hold();
  try {
    return await run(plan, running);
  } finally {
    held?.[Symbol.dispose]();
  }
}

async function run(plan: ImportPlan, { asked, voice }: Run): Promise<ImportOutcome> {
  const { cluster, sources, output, settings } = asked;
  const view = await voice.makeProgress();
  let keysDone = 0;
  using interruption = listenForInterruption({
    onFirst: () =>
      output.say(["Stopping: keys in hand are brought to their place. Once more stops at once."]),
    onSecond: () => {
      view.close();
      reportError(stoppedImportAtOnce(keysDone), output);
    },
  });
  try {
    return await importKeys(plan, {
      openSource: (step) => sources.open(step),
      openTargets: (database) => cluster.openImportTargets(plan.basis, database),
      clock: STEADY_CLOCK,
      signal: interruption.signal,
      emit: (event) => {
        if (event.event === "progress") ({ keysDone } = event);
        view.onEvent(event);
      },
      waitMs: settings.waitMs,
      sourcesAtOnceMax: settings.sourcesAtOnceMax,
      keysPerSecondMax: settings.keysPerSecondMax,
    });
  } finally {
    view.close();
  }
}

function factsOf({ counts, seconds, steps }: ImportOutcome, problems: readonly ImportProblem[]): ImportFacts {
  return {
    applied: steps.filter(({ findings }) => findings !== undefined).length,
    counts,
    seconds,
    conflicts: steps.flatMap(({ step, findings }) =>
      (findings?.conflicts ?? []).map((key) => ({ step, key })),
    ),
    problems,
  };
}

/** What the nodes say afterwards, beside what was told while it went on. */
async function problemsAfter(
  plan: ImportPlan,
  { counts, failure }: ImportOutcome,
  { cluster, sources }: CarryOutImport,
): Promise<ImportProblem[]> {
  if (failure) return [];
  const problems: ImportProblem[] = [];
  try {
    if (await sources.haveSlotsMoved()) {
      problems.push({
        code: "source-slots-moved",
        severity: "error",
        message:
          "Slots of the source, which is a cluster, have changed their owners meanwhile or are about to: keys may have been missed.",
      });
    }
    const after = await cluster.observeAgain(plan.basis, { goneIds: new Set() });
    const missing = keysOf(plan.basis) + counts.written - keysOf(after);
    const mayEnd = plan.steps.reduce((sum, { expiring }) => sum + expiring, 0);
    if (missing > mayEnd) {
      problems.push({
        code: "keys-fewer",
        severity: "warning",
        message: `The cluster has ${missing} keys fewer than it had and was brought: its clients may have deleted them, or it evicts keys. --verify compares each key.`,
      });
    }
  } catch (error) {
    if (!isOperational(error)) throw error;
    const message = `The nodes could not be looked at again: ${error.message}`;
    problems.push({ code: "not-looked-at", severity: "warning", message });
  }
  return problems;
}

function keysOf(topology: Topology): number {
  return ownersOf(topology).reduce((sum, { view }) => sum + (view?.keys ?? 0), 0);
}

function warn(problems: readonly ImportProblem[], output: Output): void {
  const { theme } = output.stderr;
  output.say(
    problems.map(({ message }) => warningLine({ event: "warning", message, node: undefined }, theme)),
  );
}

function ownVoice({ output, settings, cluster }: CarryOutImport): ImportVoice {
  return {
    showPlan: (plan) => output.print(renderImportPlan(plan, output.stdout)),
    ask: async (plan) => {
      if (settings.yes) return;
      if (output.json) output.say(renderImportPlan(plan, output.stderr));
      await confirm(`${importSummary(plan)} into the cluster of ${formatAddress(cluster.seed)}?`);
    },
    makeProgress: () => makeImportProgress(progressOptions(settings.progress, output)),
    showImported: (plan, { counts, seconds }) =>
      output.print(renderImported({ plan, counts, seconds }, output.stdout)),
  };
}
