import type { RunEvent } from "../plan/run-event.ts";
import type { Canvas } from "./canvas.ts";

/** Tells on stderr what a run does. The first event of a run is `plan`; without it no step is told of. */
export interface ProgressView {
  onEvent(event: RunEvent): void;
  /** Ends all output and leaves the terminal as it was found. May be called more than once. */
  close(): void;
}

export type ProgressStyle = "auto" | "plain" | "json" | "none";

export interface ProgressOptions extends Canvas {
  readonly style: ProgressStyle;
  readonly stream: ProgressStream;
  /** Whether `stream` is a terminal on which lines may be redrawn. */
  readonly isTerminal: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Takes secrets out of what servers say, in warnings and of what they wait for: the only foreign texts here. */
  readonly redact?: (text: string) => string;
}

/** A terminal says how large it is, and may be resized at any moment. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
  cork?(): void;
  uncork?(): void;
}
