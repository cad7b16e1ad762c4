import { SlotSet } from "../../src/cluster/slot-set.ts";
import { type RunningSlotctl, runSlotctl, type SlotctlResult } from "../support/run-slotctl.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import type { ChaosCluster, Layout } from "./chaos-cluster.ts";
import { type Direction, directionOf, drawCommand, drawVictim } from "./command.ts";
import { drawMoment, type Pace, type Trigger, triggerOf } from "./kill-moment.ts";
import { type ChaosMover, type Kill, moveFlags } from "./movers.ts";
import { type Disturbed, runDisturbed } from "./run-disturbed.ts";
import { faultsOfDisturbed, faultsOfRerun } from "./run-faults.ts";
import type { Writers } from "./writers.ts";

/** Where in the move the kill hit. */
export type Hit = "before" | "middle" | "after";

export interface TrialInput {
  readonly cluster: ChaosCluster;
  readonly writers: Writers;
  readonly mover: ChaosMover;
  readonly kill: Kill;
  readonly seed: number;
  readonly paces: Readonly<Record<Direction, Pace>>;
}

export interface TrialResult {
  readonly seed: number;
  readonly args: readonly string[];
  readonly disturbed: Disturbed;
  readonly rerun: SlotctlResult;
  readonly hit: Hit;
  /** When slotctl was dead; when a node was killed, as far as slotctl had told by then. */
  readonly slotsMoved: number;
  readonly slotsTotal: number;
  readonly slotsOpen: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  /** None: every promise was kept. */
  readonly faults: readonly string[];
  readonly ms: number;
}

/** All that is random in a trial. */
interface Draw {
  readonly args: readonly string[];
  readonly trigger: Trigger;
  readonly victim: number | undefined;
  /** So long after its death a node is back, while slotctl may still be at work; undefined: when that has ended. */
  readonly downMs: number | undefined;
}

const DOWN_MS_MAX = 1500;
const RERUN_TIMEOUT_MS = 90_000;
/** The cluster changed between looking and moving: what a killed run had sent last was still being done. */
const EXIT_STALE = 5;

/**
 * Moves slots while clients write, kills something in between, runs the same command again, and looks
 * whether all is as promised. Everything random follows from the seed.
 */
export async function runTrial(input: TrialInput): Promise<TrialResult> {
  const { cluster, writers, kill, seed } = input;
  const startMs = performance.now();
  const before = await cluster.layout();
  const draw = drawTrial(input, before);
  const counts = { acknowledged: writers.acknowledged, unanswered: writers.unanswered };
  const { disturbed, left, rerun } = await writers.during(() => disturbAndGoOn(cluster, { kill, draw }));

  const moved = movedBetween(before, await cluster.layout());
  const slotsMoved =
    draw.victim === undefined
      ? movedBetween(before, left).size
      : (disturbed.toldBefore?.slotsDone ?? moved.size);
  return {
    seed,
    args: draw.args,
    disturbed,
    rerun,
    hit: hitOf(disturbed, { kill, left, slotsMoved }),
    slotsMoved,
    slotsTotal: moved.size,
    slotsOpen: left.open.size,
    acknowledged: writers.acknowledged - counts.acknowledged,
    unanswered: writers.unanswered - counts.unanswered,
    faults: [
      ...faultsOfDisturbed(disturbed, { kill, open: left.open }),
      ...faultsOfRerun(rerun),
      ...writers.takeComplaints(),
      ...(await cluster.faults(writers.ledgers, moved)),
    ],
    ms: performance.now() - startMs,
  };
}

function drawTrial({ cluster, mover, kill, seed, paces }: TrialInput, { slotsOf }: Layout): Draw {
  const random = new SeededRandom(seed);
  const direction = directionOf(seed);
  const words = drawCommand({
    direction,
    gatherWeight: mover.gatherWeight,
    nodes: cluster.nodes,
    slotsOf,
    random,
  });
  const trigger = triggerOf(drawMoment(random), paces[direction]);
  const victim = drawVictim({ kill, direction, random });
  const downMs = random.next() < 0.5 ? random.next() * DOWN_MS_MAX : undefined;
  return { args: [...words, ...moveFlags(mover), "--json"], trigger, victim, downMs };
}

async function disturbAndGoOn(
  cluster: ChaosCluster,
  { kill, draw }: { kill: Kill; draw: Draw },
): Promise<{ disturbed: Disturbed; left: Layout; rerun: SlotctlResult }> {
  const { args, trigger, victim, downMs } = draw;
  let comingBack = Promise.resolve();
  const act = async (running: RunningSlotctl) => {
    if (victim === undefined) return running.kill(kill === "sigint" ? "SIGINT" : "SIGKILL");
    await cluster.node(victim).kill("SIGKILL");
    if (downMs !== undefined) comingBack = cluster.bringBack(victim, downMs);
  };
  const disturbed = await runDisturbed(args, { trigger, act });
  await comingBack;
  const left = await cluster.layout();
  if (victim !== undefined) {
    await cluster.bringBack(victim);
    await cluster.awaitHealthy();
  }
  return { disturbed, left, rerun: await goOn(args) };
}

/**
 * What an operator does: the same command again, and what it says where it does not guess. Nodes write before
 * they acknowledge here, so that of a key on both sides the source's value is the newer one.
 */
async function goOn(args: readonly string[]): Promise<SlotctlResult> {
  const run = (words: readonly string[]) =>
    runSlotctl([...words, "--progress", "json"], { timeoutMs: RERUN_TIMEOUT_MS });
  const again = await run(args);
  if (again.exitCode === EXIT_STALE) return await run(args);
  return again.exitCode === 1 && /"code":\s*"busy-key"/.test(again.stdout)
    ? await run([...args, "--replace"])
    : again;
}

/** Slots whose owner is another one than it was. */
function movedBetween(before: Layout, after: Layout): SlotSet {
  const gained = [...after.slotsOf].map(([address, slots]) =>
    slots.minus(before.slotsOf.get(address) ?? SlotSet.empty),
  );
  return SlotSet.ofRanges(gained.flatMap(({ ranges }) => ranges));
}

/**
 * A killed slotctl leaves what it has begun. One that was asked to stop takes back what is not done, and a node
 * that is dead cannot be looked at: there, what was told before counts.
 */
function hitOf(
  { result, toldBefore }: Disturbed,
  { kill, left, slotsMoved }: { kill: Kill; left: Layout; slotsMoved: number },
): Hit {
  if (!toldBefore || toldBefore.moveEnded) return "after";
  if (kill !== "cli") return toldBefore.moveBegan ? "middle" : "before";
  if (result.exitCode === 0) return "after";
  return slotsMoved > 0 || left.open.size > 0 || left.jobs.length > 0 ? "middle" : "before";
}
