import { join } from "node:path";
import { messageOf } from "../../src/errors.ts";
import { mustSlotctl } from "../support/live-slotctl.ts";
import { ChaosCluster } from "./chaos-cluster.ts";
import { type Direction, directionOf } from "./command.ts";
import type { Pace } from "./kill-moment.ts";
import { type ChaosMover, type Kill, moveFlags } from "./movers.ts";
import { saveEvidence } from "./save-evidence.ts";
import { paceOf } from "./told.ts";
import { runTrial, type TrialResult } from "./trial.ts";
import type { TrialsInput, TrialsSummary } from "./trials.ts";
import { againLine, trialLine } from "./trial-line.ts";
import { Writers } from "./writers.ts";

/** All of it is in the evidence. */
const FAULT_LENGTH_MAX = 500;

/** Runs trial after trial on one cluster, and on a new one after a trial that failed. Returns a summary for each kill. */
export async function runTrials(input: TrialsInput): Promise<TrialsSummary[]> {
  const tallies = new Map(input.kills.map((kill) => [kill, new Tally()]));
  const trials = input.kills.map((kill, index) => ({ kill, seed: input.seed + index }));
  while (trials.length > 0) await trialsOnOneCluster(input, { trials, tallies });
  const { mover, server } = input;
  return [...tallies].map(([kill, tally]) => ({ mover, kill, server, ...tally.sums() }));
}

interface Trial {
  readonly kill: Kill;
  readonly seed: number;
}

/** Takes trials off the list until it is empty or one has failed. */
async function trialsOnOneCluster(
  input: TrialsInput,
  { trials, tallies }: { trials: Trial[]; tallies: ReadonlyMap<Kill, Tally> },
): Promise<void> {
  const [first] = trials;
  if (!first) return;
  await using field = await Field.prepare(input, first);
  for (let trial = trials.shift(); trial; trial = trials.shift()) {
    const tally = tallies.get(trial.kill) ?? new Tally();
    if (!(await oneTrial(input, { field, trial, tally }))) return;
  }
}

async function oneTrial(
  input: TrialsInput,
  { field, trial, tally }: { field: Field; trial: Trial; tally: Tally },
): Promise<boolean> {
  const { mover, say } = input;
  const { cluster, writers, paces } = field;
  const startMs = performance.now();
  let faults: readonly string[];
  let result: TrialResult | undefined;
  try {
    result = await runTrial({ ...trial, mover, cluster, writers, paces });
    say(trialLine(trial.kill, result));
    field.learn(trial, result);
    ({ faults } = result);
  } catch (error) {
    faults = [`the trial broke off: ${messageOf(error)}`];
  }
  tally.add({ result, ms: performance.now() - startMs });
  if (faults.length === 0) return true;
  const dir = join(input.evidenceDir, `${mover.name}-${trial.kill}-${trial.seed}`);
  await saveEvidence(dir, { cluster, faults, result });
  const told = faults.map((fault) => `\n  ${fault.slice(0, FAULT_LENGTH_MAX)}`).join("");
  tally.failed.push(`seed ${trial.seed} FAILED, see ${dir}:${told}\n  ${againLine(input, trial)}`);
  say(tally.failed.at(-1) ?? "");
  return false;
}

/** What trials share: a cluster, its clients, and how long an undisturbed run takes there. */
class Field implements AsyncDisposable {
  readonly cluster: ChaosCluster;
  readonly writers: Writers;
  readonly paces: Record<Direction, Pace>;

  private constructor(cluster: ChaosCluster, writers: Writers, paces: Record<Direction, Pace>) {
    this.cluster = cluster;
    this.writers = writers;
    this.paces = paces;
  }

  /** Forms the cluster, measures, and leaves slots where the trial of this seed takes them from. */
  static async prepare({ server, mover }: TrialsInput, { kill, seed }: Trial): Promise<Field> {
    const cluster = await ChaosCluster.form(server, { kill, keys: mover.keys });
    const writers = new Writers(cluster.nodes, seed);
    try {
      const paces = await writers.during(() => measure(cluster, mover));
      if (directionOf(seed) === "spread") await move(cluster, { mover, direction: "gather" });
      return new Field(cluster, writers, paces);
    } catch (error) {
      await writers[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A run that was over before it could be disturbed was undisturbed too, and the machine is as quick now. */
  learn({ seed }: Trial, { disturbed, slotsTotal }: TrialResult): void {
    if (!disturbed.toldBefore && slotsTotal > 0) this.paces[directionOf(seed)] = paceOf(disturbed.result);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writers[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

async function measure(cluster: ChaosCluster, mover: ChaosMover): Promise<Record<Direction, Pace>> {
  const gather = await move(cluster, { mover, direction: "gather" });
  const spread = await move(cluster, { mover, direction: "spread" });
  return { gather, spread };
}

async function move(
  cluster: ChaosCluster,
  { mover, direction }: { mover: ChaosMover; direction: Direction },
): Promise<Pace> {
  const { address } = cluster.node(0);
  const weight = direction === "gather" ? ["--weight", `${address}=${mover.gatherWeight}`] : [];
  const flags = ["--threshold", "0", ...moveFlags(mover), "--progress", "json"];
  return paceOf(await mustSlotctl("rebalance", address, ...weight, ...flags));
}

class Tally {
  readonly failed: string[] = [];
  readonly #hits = { before: 0, middle: 0, after: 0 };
  #trials = 0;
  #acknowledged = 0;
  #unanswered = 0;
  #ms = 0;

  add({ result, ms }: { result: TrialResult | undefined; ms: number }): void {
    this.#trials++;
    this.#ms += ms;
    if (!result) return;
    this.#hits[result.hit]++;
    this.#acknowledged += result.acknowledged;
    this.#unanswered += result.unanswered;
  }

  sums(): Omit<TrialsSummary, "mover" | "kill" | "server"> {
    return {
      trials: this.#trials,
      hits: { ...this.#hits },
      acknowledged: this.#acknowledged,
      unanswered: this.#unanswered,
      failed: this.failed,
      seconds: this.#ms / 1000,
    };
  }
}
