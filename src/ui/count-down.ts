import { setTimeout as sleep } from "node:timers/promises";
import type { ProgressStream } from "./progress-view.ts";
import type { Theme } from "./theme.ts";

const REDRAWN_EVERY_MS = 250;

/** Waits, and shows on a terminal what for and how much longer. */
export async function countDown(
  seconds: number,
  { stream, theme, what }: { readonly stream: ProgressStream; readonly theme: Theme; readonly what: string },
): Promise<void> {
  const { default: ora } = await import("ora");
  const untilMs = performance.now() + seconds * 1000;
  const spinner = ora({
    stream,
    // The caller has decided that this is a terminal; the input stays as it is, for Ctrl-C must work.
    isEnabled: true,
    discardStdin: false,
    color: false,
    spinner: { interval: 80, frames: theme.glyphs.spinner.map((frame) => theme.info(frame)) },
  });
  try {
    for (let leftMs = seconds * 1000; leftMs > 0; leftMs = untilMs - performance.now()) {
      spinner.text = `${what}: ${Math.ceil(leftMs / 1000)} s to go. Ctrl-C ends it; nothing is changed.`;
      if (!spinner.isSpinning) spinner.start();
      await sleep(Math.min(REDRAWN_EVERY_MS, leftMs));
    }
  } finally {
    spinner.stop();
  }
}
