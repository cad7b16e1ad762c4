/** Commands that make a plan of a cluster. A test holds that these are all. */
export const PLANNING_COMMANDS: readonly string[] = [
  "add-node",
  "create",
  "del-node",
  "failover",
  "fix",
  "rebalance",
  "reshard",
  "set-timeout",
  "undo",
];

/** `plan rebalance …` is what `rebalance … --dry-run` is; all other words stay as they are. */
export function planWords(words: readonly string[]): string[] {
  const [first, command = "", ...rest] = words;
  if (first !== "plan" || !PLANNING_COMMANDS.includes(command)) return [...words];
  return [command, "--dry-run", ...rest];
}
