import type { Run } from "./run-commands.ts";

/** Sets it and writes it to the node's config file, with whatever else was set before. */
export async function keepConfig(run: Run, name: string, value: string): Promise<void> {
  await run([
    ["CONFIG", "SET", name, value],
    ["CONFIG", "REWRITE"],
  ]);
}
