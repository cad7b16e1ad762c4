import type { ProgressOptions, ProgressStyle } from "../ui/progress-view.ts";
import { canRedraw } from "./can-redraw.ts";
import type { Output } from "./output.ts";

/** How progress of whatever goes on is told: on stderr, and free of what nobody may see. */
export function progressOptions(style: ProgressStyle, output: Output): ProgressOptions {
  return {
    style,
    stream: process.stderr,
    isTerminal: canRedraw(process.stderr),
    nowMs: Date.now,
    redact: (text) => output.redact(text),
    ...output.stderr,
  };
}
