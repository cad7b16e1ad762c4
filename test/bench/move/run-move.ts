import { setTimeout as delay } from "node:timers/promises";
import type { Sample } from "../sample.ts";
import { epochMs } from "../load/load-plan.ts";
import { startLoad } from "../load/start-load.ts";
import { clientSample, peak, returns } from "../measures.ts";
import { type Program, timeSlotctlWithPeak, timeWithPeak, type TimedRun } from "../run-timed.ts";
import type { Ground } from "./ground.ts";
import { MoveWatch } from "./move-watch.ts";

/** Who moves: slotctl with these arguments, or another program. */
type Mover = { readonly slotctl: readonly string[] } | { readonly program: Program };

interface MoveRun {
  readonly mover: Mover;
  readonly slotCount: number;
  /** Whether a client reads and writes meanwhile. */
  readonly isLoaded: boolean;
}

const timeoutMs = 600_000;
/** A process that has just started is slow itself. */
const warmUpMs = 500;
const calmMs = 1000;

/** One move, from start to end of the program; then everything is verified and put back. */
export async function runMove(ground: Ground, { mover, slotCount, isLoaded }: MoveRun): Promise<Sample> {
  const timed = () => timeMover(mover);
  const sample = isLoaded ? await beside(ground, timed) : speedSample(await timed());
  await ground.verifyAndMoveBack(slotCount);
  return sample;
}

type PeakRun = TimedRun & { peakBytes: number };

function timeMover(mover: Mover): Promise<PeakRun> {
  return "slotctl" in mover ? timeSlotctlWithPeak(mover.slotctl, timeoutMs) : timeWithPeak(mover.program);
}

function speedSample({ ms, peakBytes }: PeakRun): Sample {
  return { [returns]: ms, [peak]: peakBytes };
}

async function beside(ground: Ground, timed: () => Promise<PeakRun>): Promise<Sample> {
  await using load = await startLoad(ground.load);
  await delay(warmUpMs);
  const calm = { fromMs: epochMs(), untilMs: epochMs() + calmMs };
  await delay(calmMs);
  await using watch = new MoveWatch(ground.target.node.port);
  const run = await timed();
  const { reports, failures } = await load.finish([calm, await watch.finish()]);
  const [before, during] = reports;
  if (!before || !during) throw new Error("the load tells nothing");
  if (failures.length > 0) console.error(`client operations failed: ${failures.join("; ")}`);
  return { ...speedSample(run), ...clientSample({ before, during }) };
}
