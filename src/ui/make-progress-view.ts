import type { PairProgress, RunEvent } from "../plan/run-event.ts";
import { warningLine } from "./event-lines.ts";
import { makeJsonProgress } from "./json-progress.ts";
import { makePlainProgress } from "./plain-progress.ts";
import type { ProgressOptions, ProgressView } from "./progress-view.ts";

/** The view of a style; `auto` is live on a terminal and plain elsewhere. */
export async function makeProgressView(options: ProgressOptions): Promise<ProgressView> {
  const view = await makeStyledView(options);
  const { redact } = options;
  if (!redact) return view;
  return {
    onEvent: (event) => view.onEvent(redactEvent(event, redact)),
    close: () => view.close(),
  };
}

/** Only what servers say can hold a secret. */
function redactEvent(event: RunEvent, redact: (text: string) => string): RunEvent {
  if (event.event === "warning") return { ...event, message: redact(event.message) };
  if (event.event !== "progress") return event;
  const pairs = event.pairs.map((pair): PairProgress => {
    const { waitsFor } = pair;
    return waitsFor?.kind === "servers"
      ? { ...pair, waitsFor: { ...waitsFor, reason: redact(waitsFor.reason) } }
      : pair;
  });
  return { ...event, pairs };
}

async function makeStyledView(options: ProgressOptions): Promise<ProgressView> {
  const { style, stream, nowMs, theme } = options;
  const write = (line: string) => void stream.write(`${line}\n`);
  switch (style) {
    case "json":
      return makeJsonProgress({ write, nowMs });
    case "none":
      return makeWarningsOnly({ write, theme });
    case "plain":
      return makePlainProgress({ write, theme, nowMs });
    case "auto": {
      if (!options.isTerminal) return makePlainProgress({ write, theme, nowMs });
      // ora takes a while to load, and most runs do without it.
      const { makeLiveProgress } = await import("./live-progress.ts");
      return makeLiveProgress(options);
    }
  }
}

/** A warning is not progress: it is shown even to those who want no progress. */
function makeWarningsOnly({
  write,
  theme,
}: Pick<ProgressOptions, "theme"> & { write: (line: string) => void }): ProgressView {
  return {
    onEvent: (event) => {
      if (event.event === "warning") write(warningLine(event, theme));
    },
    close: () => {},
  };
}
