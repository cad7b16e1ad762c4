import { formatAddress } from "../cluster/address.ts";
import type { ImportEvent, ImportProgress } from "../plan/import.ts";
import { drawBar } from "./draw-bar.ts";
import { formatNumber, formatSeconds, secondsJson } from "./format-number.ts";
import { stepText } from "./import-wordings.ts";
import type { ProgressOptions } from "./progress-view.ts";

/** Tells on stderr how an import gets on. */
export interface ImportProgressView {
  onEvent(event: ImportEvent): void;
  /** Leaves the terminal as it was found. May be called more than once. */
  close(): void;
}

const PAUSE_MS = 2000;
const BAR_COLUMNS = 24;

/** The view of a style; `auto` is live on a terminal and calm lines elsewhere. */
export async function makeImportProgress(options: ProgressOptions): Promise<ImportProgressView> {
  const { style, stream, redact = (text) => text, nowMs } = options;
  const write = (line: string) => void stream.write(`${redact(line)}\n`);
  const close = () => {};
  if (style === "none") return { onEvent: () => {}, close };
  if (style === "json") {
    return { onEvent: (event) => write(JSON.stringify(importEventJson(event, nowMs()))), close };
  }
  if (style === "auto" && options.isTerminal) return await liveView(options, write);
  return linesView(options, write);
}

/** An event of an import with its time. */
export function importEventJson(event: ImportEvent, atMs: number) {
  const at = new Date(atMs).toISOString();
  switch (event.event) {
    case "step-start":
    case "step-end": {
      const { event: name, index, step } = event;
      const facts = { event: name, at, index, kind: step.kind, from: formatAddress(step.from) };
      return name === "step-end" ? { ...facts, seconds: secondsJson(event.seconds) } : facts;
    }
    case "progress": {
      const { event: name, etaSeconds, keysPerSecond, ...keys } = event;
      return {
        event: name,
        at,
        slotsDone: 0,
        slotsTotal: 0,
        ...keys,
        keysPerSecond: Math.round(keysPerSecond),
        etaSeconds: etaSeconds === undefined ? null : secondsJson(etaSeconds),
        pairs: [],
      };
    }
    case "waiting":
      return { event: event.event, at, what: "node-to-answer", nodes: [event.node] };
  }
}

/** A line for each source that is done, and in between a sign of life. */
function linesView({ nowMs }: ProgressOptions, write: (line: string) => void): ImportProgressView {
  let quietUntilMs = nowMs() + PAUSE_MS;
  return {
    onEvent: (event) => {
      const isDue = nowMs() >= quietUntilMs;
      if (event.event === "step-end") write(`${doneText(event)}.`);
      else if (event.event === "progress" && isDue) write(`${progressText(event)}.`);
      else if (event.event === "waiting" && isDue) write(waitingText(event));
      else return;
      quietUntilMs = nowMs() + PAUSE_MS;
    },
    close: () => {},
  };
}

async function liveView(
  { stream, theme }: ProgressOptions,
  keep: (line: string) => void,
): Promise<ImportProgressView> {
  const { makeSpinner } = await import("./make-spinner.ts");
  const spinner = makeSpinner(stream, theme);
  let isClosed = false;
  const show = (text: string) => {
    spinner.text = text;
    if (!spinner.isSpinning) spinner.start();
  };
  return {
    onEvent: (event) => {
      if (isClosed) return;
      if (event.event === "step-end") keep(`${theme.ok(theme.glyphs.ok)} ${doneText(event)}`);
      if (event.event === "waiting") show(waitingText(event));
      if (event.event === "progress") {
        const share = event.keysTotal === 0 ? 1 : event.keysDone / event.keysTotal;
        show(`${drawBar({ share, width: BAR_COLUMNS }, theme)} ${progressText(event)}`);
      }
    },
    close: () => {
      isClosed = true;
      spinner.stop();
    },
  };
}

function doneText({ step, seconds }: Extract<ImportEvent, { event: "step-end" }>): string {
  return `Done with ${stepText(step)} in ${formatSeconds(seconds)}`;
}

function progressText({ keysDone, keysTotal, keysPerSecond, etaSeconds }: ImportProgress): string {
  const eta = etaSeconds === undefined ? "" : `, ${formatSeconds(etaSeconds)} left`;
  return `Importing: ${formatNumber(keysDone)} of ${formatNumber(keysTotal)} keys, ${formatNumber(keysPerSecond)} keys/s${eta}`;
}

function waitingText({ node, reason }: Extract<ImportEvent, { event: "waiting" }>): string {
  return `Waiting for ${node}: ${reason}.`;
}
