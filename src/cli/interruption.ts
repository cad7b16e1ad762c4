/** What ends a run early: asked once, it stops at the next safe point; asked again, at once. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** SIGHUP is what a terminal sends that goes away, and an ssh connection that drops. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * One Ctrl-C may arrive twice: from the terminal, and once more from a parent that passes on what it gets, such as
 * timeout(1) or npx.
 */
const SAME_REQUEST_MS = 50;

type SignalName = keyof typeof EXIT_CODES;

const SIGNAL_NAMES = Object.keys(EXIT_CODES) as SignalName[];

/**
 * Listens for Ctrl-C, SIGTERM and SIGHUP until disposed of.
 *
 * @param onFirst is called when the run is asked to stop; `onSecond` before the process ends at once, to
 *   leave the terminal as it was found and to say how far the run came.
 */
export function listenForInterruption({
  onFirst,
  onSecond,
}: {
  onFirst: () => void;
  onSecond: () => void;
}): Interruption {
  const controller = new AbortController();
  let askedMs = 0;
  const handle = (name: SignalName) => {
    if (!controller.signal.aborted) {
      askedMs = performance.now();
      controller.abort();
      onFirst();
      return;
    }
    if (performance.now() - askedMs < SAME_REQUEST_MS) return;
    onSecond();
    process.exit(EXIT_CODES[name]);
  };
  for (const name of SIGNAL_NAMES) process.on(name, handle);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNAL_NAMES) process.off(name, handle);
    },
  };
}

/**
 * Ends the process at the first such signal while nobody else listens for it: then nothing is being changed,
 * and there is nothing to bring to a safe point.
 *
 * @param onEnd says so before the process ends.
 */
export function endWhenIdle(onEnd: () => void): void {
  for (const name of SIGNAL_NAMES) {
    process.on(name, () => {
      if (process.listenerCount(name) > 1) return;
      onEnd();
      process.exit(EXIT_CODES[name]);
    });
  }
}
