import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runSlotctl } from "../support/run-slotctl.ts";
import type { ChaosCluster } from "./chaos-cluster.ts";
import type { TrialResult } from "./trial.ts";

/** Keeps all that a trial that failed has left behind: what was said, what `check` finds, and the nodes' logs. */
export async function saveEvidence(
  dir: string,
  {
    cluster,
    faults,
    result,
  }: { cluster: ChaosCluster; faults: readonly string[]; result: TrialResult | undefined },
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const save = (name: string, lines: readonly string[]) =>
    writeFile(join(dir, name), `${lines.join("\n")}\n`);
  await save("faults.txt", faults);
  if (result) {
    const { args, disturbed, rerun } = result;
    await save("killed.txt", [args.join(" "), disturbed.result.stderr, disturbed.result.stdout]);
    await save("again.txt", [rerun.stderr, rerun.stdout]);
  }
  const check = await runSlotctl(["check", cluster.node(0).address, "--deep"]);
  await save("check.txt", [check.stdout, check.stderr]);
  for (const node of cluster.nodes) await save(`node-${node.port}.log`, [await node.log()]);
}
