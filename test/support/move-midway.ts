import type { RunningSlotctl, SlotctlResult } from "./run-slotctl.ts";
import type { MoveCluster } from "./move-cluster.ts";
import { until } from "./move-until.ts";

/** Whether a run under `--progress json` says that keys have begun to move, and not that all have. */
function isMidway(running: RunningSlotctl): boolean {
  const told = running.stderrSoFar();
  return /"keysDone":[1-9]/.test(told) && !/"event":"done"/.test(told);
}

export interface Midway extends RunningSlotctl {
  ended(): boolean;
}

/**
 * Runs slotctl and does something to it or to the cluster as soon as keys have begun to move.
 *
 * @throws when the run ends before that: the move was too small for the test.
 */
export async function midway(
  { cluster, args }: { cluster: Pick<MoveCluster, "slotctl">; args: readonly string[] },
  act: (running: Midway) => unknown,
): Promise<SlotctlResult> {
  let running: RunningSlotctl | undefined;
  const result = cluster.slotctl([...args, "--progress", "json"], {
    onStart: (started) => (running = started),
  });
  let ended = false;
  const end = result.then(
    () => (ended = true),
    () => (ended = true),
  );
  await until(() => ended || (running !== undefined && isMidway(running)), {
    what: "the middle of the move",
  });
  if (ended || !running) {
    await end;
    throw new Error(`the run ended before it was midway\n${(await result).stderr}`);
  }
  await act({ ...running, ended: () => ended });
  return await result;
}
