import ora, { type Ora } from "ora";
import type { ProgressStream } from "./progress-view.ts";
import type { Theme } from "./theme.ts";

/** What is redrawn on a terminal while it is under way; the caller has decided that the stream is one. */
export function makeSpinner(stream: ProgressStream, theme: Theme): Ora {
  return ora({
    stream,
    isEnabled: true,
    // The input stays as it is, for Ctrl-C must work.
    discardStdin: false,
    color: false,
    spinner: { interval: 80, frames: theme.glyphs.spinner.map((frame) => theme.info(frame)) },
  });
}
