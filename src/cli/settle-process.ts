import { enableCompileCache } from "node:module";
import { messageOf } from "../errors.ts";
import { lostResultLines } from "../ui/lost-result-lines.ts";
import { EXIT } from "./exit-codes.ts";
import { keepSmall } from "./keep-small.ts";
import { muteClosedStreams } from "./mute-closed-streams.ts";

/** What every run but the shortest wants of its process: quick to load, small, and not ended by a closed pipe. */
export function settleProcess(): void {
  settleStreams();
  enableCompileCache();
  keepSmall();
}

/** What even the shortest run wants: a closed pipe ends it quietly, and a full disk not without a word. */
export function settleStreams(): void {
  muteClosedStreams([process.stdout, process.stderr], (stream, error) => {
    if (stream === process.stdout && !isReaderGone(stream, error)) {
      process.once("exit", () => failLostResult(error));
    }
  });
}

/** Whoever does not read on has what was wanted, and behind a terminal that is gone there is nobody. */
function isReaderGone(stream: NodeJS.WriteStream, error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return stream.isTTY || code === "EPIPE" || code === "ECONNRESET";
}

/** A script that keeps the result in a file must not take what is there for whole. */
function failLostResult(error: unknown): void {
  process.exitCode ||= EXIT.failed;
  process.stderr.write(`${lostResultLines(messageOf(error)).join("\n")}\n`);
}
