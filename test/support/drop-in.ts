import { runSlotctl, type SlotctlOptions, type SlotctlResult } from "./run-slotctl.ts";

/** Runs `slotctl --cluster …` in redis-cli's grammar; it must exit 0 and write nothing to stderr. */
export async function mustDropIn(
  args: readonly string[],
  options: SlotctlOptions = {},
): Promise<SlotctlResult> {
  const result = await runSlotctl(["--cluster", ...args], options);
  if (result.exitCode === 0 && result.stderr === "") return result;
  throw new Error(
    `slotctl --cluster ${args.join(" ")} exited ${result.exitCode}:\n${result.stdout}\nstderr: ${result.stderr}`,
  );
}
