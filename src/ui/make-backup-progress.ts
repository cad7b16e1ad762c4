import type { BackupEvent, SaveProgress, ShardProgress } from "../plan/backup.ts";
import { drawBar } from "./draw-bar.ts";
import { warningLine } from "./event-lines.ts";
import { formatBytes, formatSeconds, secondsJson } from "./format-number.ts";
import type { ProgressOptions } from "./progress-view.ts";

/** Tells on stderr how a backup gets on. */
export interface BackupProgressView {
  onEvent(event: BackupEvent): void;
  /** Leaves the terminal as it was found. May be called more than once. */
  close(): void;
}

const PAUSE_MS = 2000;
const SHARDS_SHOWN = 8;
const BAR_COLUMNS = 20;

/** The view of a style; `auto` is live on a terminal and calm lines elsewhere. */
export async function makeBackupProgress(options: ProgressOptions): Promise<BackupProgressView> {
  const { style, stream, redact = (text) => text } = options;
  const write = (line: string) => void stream.write(`${redact(line)}\n`);
  if (style === "json") return jsonView(options, write);
  if (style === "auto" && options.isTerminal) return await liveView(options);
  return linesView(options, write);
}

function jsonView({ nowMs }: ProgressOptions, write: (line: string) => void): BackupProgressView {
  return {
    onEvent: (event) => write(JSON.stringify(backupEventJson(event, nowMs()))),
    close: () => {},
  };
}

/** An event of a backup with its time. */
export function backupEventJson(event: BackupEvent, atMs: number) {
  const at = new Date(atMs).toISOString();
  switch (event.event) {
    case "save-start": {
      const { event: name, index, save, node } = event;
      return { event: name, at, index, file: save.fileName, node, slotCount: save.slots.size };
    }
    case "save-end": {
      const { event: name, index, save, node, bytes, seconds } = event;
      return { event: name, at, index, file: save.fileName, node, bytes, seconds: secondsJson(seconds) };
    }
    case "save-progress": {
      const { event: name, shards, ...figures } = event;
      const each = shards.map(({ node, bytesDone, bytesTotal }) => ({
        node,
        bytesDone,
        bytesTotal: bytesTotal ?? null,
      }));
      return { event: name, at, ...figures, shards: each };
    }
    case "warning": {
      const { event: name, message, node } = event;
      return { event: name, at, message, ...(node === undefined ? {} : { node }) };
    }
  }
}

/** A line for each file that is whole, and in between a sign of life. */
function linesView(
  { style, theme, nowMs }: ProgressOptions,
  write: (line: string) => void,
): BackupProgressView {
  let quietUntilMs = nowMs() + PAUSE_MS;
  return {
    onEvent: (event) => {
      if (event.event === "warning") write(warningLine(event, theme));
      if (style === "none") return;
      if (event.event === "save-end") write(`${savedText(event)}.`);
      if (event.event === "save-progress" && nowMs() >= quietUntilMs) write(`${progressText(event)}.`);
      else if (event.event !== "save-end") return;
      quietUntilMs = nowMs() + PAUSE_MS;
    },
    close: () => {},
  };
}

async function liveView({ stream, theme, redact }: ProgressOptions): Promise<BackupProgressView> {
  const { makeSpinner } = await import("./make-spinner.ts");
  const spinner = makeSpinner(stream, theme);
  let isClosed = false;
  const keep = (line: string) => void stream.write(`${redact ? redact(line) : line}\n`);
  return {
    onEvent: (event) => {
      if (isClosed) return;
      if (event.event === "warning") keep(warningLine(event, theme));
      if (event.event === "save-end") keep(`${theme.ok(theme.glyphs.ok)} ${savedText(event)}`);
      if (event.event === "save-progress") {
        const shown = event.shards.slice(0, SHARDS_SHOWN);
        spinner.text = [progressText(event), ...shown.map((shard) => `  ${shardText(shard)}`)].join("\n");
        if (!spinner.isSpinning) spinner.start();
      }
    },
    close: () => {
      isClosed = true;
      spinner.stop();
    },
  };

  function shardText({ node, bytesDone, bytesTotal }: ShardProgress): string {
    const name = theme.address(node);
    if (bytesTotal === undefined) {
      return `${name} ${bytesDone === 0 ? theme.dim("takes its snapshot") : formatBytes(bytesDone)}`;
    }
    const share = bytesTotal === 0 ? 1 : bytesDone / bytesTotal;
    const bar = drawBar({ share, width: BAR_COLUMNS }, theme);
    return `${name} ${bar} ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`;
  }
}

function savedText({ save, node, bytes, seconds }: Extract<BackupEvent, { event: "save-end" }>): string {
  return `Saved ${save.fileName} from ${node}: ${formatBytes(bytes)} in ${formatSeconds(seconds)}`;
}

function progressText({ shardsDone, shardsTotal, bytesDone, bytesPerSecond }: SaveProgress): string {
  return `Saving: ${shardsDone} of ${shardsTotal} shards done, ${formatBytes(bytesDone)}, ${formatBytes(bytesPerSecond)}/s`;
}
