import { fileURLToPath } from "node:url";
import type { TestServer } from "../../servers/test-server.ts";
import type { Program } from "../run-timed.ts";
import { rivalName } from "../server-settings.ts";
import type { Ground } from "./ground.ts";

/** The servers' own client, as it comes or told to move atomically; or the least that a program can do. */
export type Rival = "cli" | "atomic-cli" | "bare-pipeline";

const timeoutMs = 600_000;
const barePath = fileURLToPath(new URL("../bare-pipeline.ts", import.meta.url));
/** Not in its help. */
const atomicFlag = "--cluster-use-atomic-slot-migration";

export function rivalTitle(rival: Rival, server: TestServer): string {
  switch (rival) {
    case "cli":
      return rivalName(server);
    case "atomic-cli":
      return `${rivalName(server)} ${atomicFlag}`;
    case "bare-pipeline":
      return "the same pipeline written bare";
  }
}

export function rivalProgram(
  rival: Rival,
  { ground, slotCount }: { ground: Ground; slotCount: number },
): Program {
  const count = String(slotCount);
  if (rival === "bare-pipeline") {
    const args = [barePath, count, ground.target.address, ...ground.sourceAddresses];
    return { path: process.execPath, args, timeoutMs };
  }
  const args = ["--cluster", "reshard", ground.seed, "--cluster-from", ground.sourceIds];
  args.push("--cluster-to", ground.target.id, "--cluster-slots", count, "--cluster-yes");
  if (rival === "atomic-cli") args.push(atomicFlag);
  return { path: ground.server.cliPath, args, timeoutMs };
}
