import { enableCompileCache } from "node:module";
import { keepSmall } from "./keep-small.ts";
import { muteClosedStreams } from "./mute-closed-streams.ts";

/** What every run but the shortest wants of its process: quick to load, small, and not ended by a closed pipe. */
export function settleProcess(): void {
  muteClosedStreams([process.stdout, process.stderr]);
  enableCompileCache();
  keepSmall();
}
